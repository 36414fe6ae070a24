package dev.caravan.inference.checkpoint;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A checkpoint cannot be read or lacks something. The message is one line for a person and names the file without its folder. */
public final class CheckpointException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Messages may have names out of files nobody knows: they stay one line of bounded length. */
    private static final int LONGEST = 8000;

    public CheckpointException(String message) {
        super(oneLine(message));
    }

    public CheckpointException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    private static String oneLine(String message) {
        String cut = message.length() <= LONGEST ? message : message.substring(0, LONGEST) + "...";
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    /** What went wrong with a file, without the folder that the system's own messages name. */
    static CheckpointException reading(Path file, IOException cause) {
        return about(file, "read", cause);
    }

    /** As {@link #reading}, while writing. */
    static CheckpointException writing(Path file, IOException cause) {
        return about(file, "written", cause);
    }

    private static CheckpointException about(Path file, String done, IOException cause) {
        String name = String.valueOf(file.getFileName());
        return new CheckpointException(switch (cause) {
            case NoSuchFileException e -> name + " is not there";
            case AccessDeniedException e -> name + " may not be " + done + ": check its permissions and those of its folder";
            case java.nio.file.FileSystemException e -> name + " cannot be " + done + ": " + e.getReason();
            default -> name + " cannot be " + done + ": " + cause.getMessage();
        }, cause);
    }
}
