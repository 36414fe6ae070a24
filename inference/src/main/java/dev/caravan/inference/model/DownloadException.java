package dev.caravan.inference.model;

/** A file cannot be had, and trying again at once would not help. The message is for the log: it names the file, never a token. */
final class DownloadException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean unauthorized;

    DownloadException(String message, boolean unauthorized) {
        super(message);
        this.unauthorized = unauthorized;
    }

    static DownloadException status(int status, String what) {
        return new DownloadException("HTTP " + status + " for " + what, status == 401 || status == 403);
    }

    /** Whether a token (or a better one) would have helped. */
    boolean unauthorized() {
        return unauthorized;
    }
}
