package dev.caravan.inference.model;

/** A file cannot be had, and trying again at once would not help. The message is one line: which file, why, what to do; never a token. */
public final class DownloadException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean unauthorized;

    DownloadException(String message) {
        this(message, false);
    }

    private DownloadException(String message, boolean unauthorized) {
        super(message);
        this.unauthorized = unauthorized;
    }

    static DownloadException status(int status, String what) {
        return switch (status) {
            case 401, 403 -> new DownloadException("no access to " + what + " (HTTP " + status
                    + "): set a Hugging Face token that may read it, with --hf-token or HF_TOKEN", true);
            case 404 -> new DownloadException("the hub has no " + what + " (HTTP 404)");
            default -> new DownloadException("HTTP " + status + " for " + what);
        };
    }

    /** Whether a token (or a better one) would have helped. */
    public boolean unauthorized() {
        return unauthorized;
    }
}
