package dev.caravan.processors.webrtc.libwebrtc;

import dev.caravan.processors.webrtc.WebRtcUnavailableException;
import dev.onvoid.webrtc.PeerConnectionFactory;
import dev.onvoid.webrtc.media.audio.HeadlessAudioDeviceModule;
import org.jspecify.annotations.Nullable;

/**
 * The one factory of the process, made when it is first needed and kept until the process ends: each would bring three native threads
 * of its own, and disposing of one while anything made by it lives is an error.
 */
final class NativeFactory {

    private static @Nullable PeerConnectionFactory factory;
    private static @Nullable HeadlessAudioDeviceModule audio; // held: the factory does not keep it alive
    private static @Nullable WebRtcUnavailableException failure; // kept: the second attempt of a JVM hides the reason

    private NativeFactory() {}

    static synchronized PeerConnectionFactory get() {
        if (failure != null) {
            throw new WebRtcUnavailableException(String.valueOf(failure.getMessage()), failure);
        }
        if (factory == null) {
            try {
                // Without a module of ours the library opens PulseAudio, and aborts the process where there is none.
                audio = new HeadlessAudioDeviceModule();
                factory = new PeerConnectionFactory(audio);
            } catch (Exception | LinkageError e) {
                failure = new WebRtcUnavailableException(explain(e), e);
                throw failure;
            }
        }
        return factory;
    }

    private static String explain(Throwable problem) {
        Throwable root = problem;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return "WebRTC cannot start: " + String.valueOf(root.getMessage()).lines().findFirst().orElse(root.toString())
                + "; install libpulse0 libudev1 libx11-6 libxfixes3 libxrandr2 libxcomposite1 libdbus-1-3 (Debian names)"
                + " and let " + System.getProperty("java.io.tmpdir") + " hold executable files";
    }
}
