package dev.caravan.inference.ort;

import java.util.Locale;

/** ONNX Runtime refused something; the message is its own text. */
public final class OrtException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int LONGEST_BRIEF = 300;

    private final int code;

    OrtException(int code, String message) {
        super(message);
        this.code = code;
    }

    static OrtException noRoomFor(long bytes) {
        return new OrtException(0, "Failed to allocate memory for a tensor of " + bytes + " bytes");
    }

    /** {@code OrtErrorCode}; 0 for a failure of this binding itself. */
    public int code() {
        return code;
    }

    /** The first line of the message, without the source files and folders ONNX Runtime likes to name. For clients. */
    public String brief() {
        return brief("");
    }

    /** As {@link #brief()}; what can be told from words only by who knows it is left out, too: a folder with spaces in its name. */
    public String brief(String folder) {
        String line = String.valueOf(getMessage()).lines().findFirst().orElse("");
        String without = folder.isEmpty() ? line : line.replace(folder, "...");
        String clean = without.replaceAll("(?:[A-Za-z]:)?(?:[/\\\\][^/\\\\\\s:]+){2,}(?::\\d+)?", "...");
        return clean.length() <= LONGEST_BRIEF ? clean : clean.substring(0, LONGEST_BRIEF) + "...";
    }

    /** Whether the device had no memory left. */
    public boolean outOfMemory() {
        String text = String.valueOf(getMessage()).toLowerCase(Locale.ROOT);
        return text.contains("failed to allocate memory") || text.contains("out of memory") || text.contains("bad_alloc")
                || text.contains("cuda_error_out_of_memory") || text.contains("available memory of");
    }
}
