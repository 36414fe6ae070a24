package dev.caravan.inference.model;

import java.util.OptionalInt;

/** A file cannot be had, and trying again at once would not help. The message is one line: which file, why, what to do; never a token. */
public class DownloadException extends Exception {

    private static final long serialVersionUID = 1L;

    private static final int NONE = 0;

    private final int status;

    /** @param message one line without a token, and without an address that may hold one */
    public DownloadException(String message) {
        this(message, NONE);
    }

    private DownloadException(String message, int status) {
        super(message);
        this.status = status;
    }

    static DownloadException status(int status, String what) {
        return new DownloadException(switch (status) {
            case 401, 403 -> "no access to " + what + " (HTTP " + status
                    + "): set a Hugging Face token that may read it, with --hf-token or HF_TOKEN";
            case 404 -> "the hub has no " + what + " (HTTP 404)";
            default -> "HTTP " + status + " for " + what;
        }, status);
    }

    /** Whether a token (or a better one) would have helped. */
    public boolean unauthorized() {
        return status == 401 || status == 403;
    }

    /** What the server answered, when that was the failure: 300 to 599. */
    public OptionalInt status() {
        return status == NONE ? OptionalInt.empty() : OptionalInt.of(status);
    }
}
