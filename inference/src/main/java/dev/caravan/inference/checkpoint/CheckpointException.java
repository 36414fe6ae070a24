package dev.caravan.inference.checkpoint;

/** A checkpoint cannot be read or lacks something. The message is one line for a person and names the file without its folder. */
public final class CheckpointException extends Exception {

    private static final long serialVersionUID = 1L;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
