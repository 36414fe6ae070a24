package dev.caravan.inference.ort;

import java.util.Locale;

/** ONNX Runtime refused something; the message is its own text. */
public final class OrtException extends RuntimeException {

    private static final long serialVersionUID = 1L;

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

    /** Whether the device had no memory left. */
    public boolean outOfMemory() {
        String text = String.valueOf(getMessage()).toLowerCase(Locale.ROOT);
        return text.contains("failed to allocate memory") || text.contains("out of memory") || text.contains("bad_alloc")
                || text.contains("cuda_error_out_of_memory") || text.contains("available memory of");
    }
}
