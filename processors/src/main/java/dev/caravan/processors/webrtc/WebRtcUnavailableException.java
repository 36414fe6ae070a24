package dev.caravan.processors.webrtc;

/** WebRTC cannot be used on this machine. The message is one line that says what to install or change. */
public final class WebRtcUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public WebRtcUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
