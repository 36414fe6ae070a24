package dev.caravan.processors.webrtc.libwebrtc;

import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.webrtc.Connection;
import dev.caravan.processors.webrtc.IceServer;
import dev.caravan.processors.webrtc.Peers;
import dev.caravan.processors.webrtc.WebRtcEngine;
import dev.caravan.processors.webrtc.WebRtcSettings;
import dev.onvoid.webrtc.PeerConnectionFactory;
import dev.onvoid.webrtc.PortAllocatorConfig;
import dev.onvoid.webrtc.RTCBundlePolicy;
import dev.onvoid.webrtc.RTCConfiguration;
import dev.onvoid.webrtc.RTCIceServer;
import dev.onvoid.webrtc.media.video.VideoFrame;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** The engine on webrtc-java. The native library is loaded when the first connection is opened. */
public final class LibWebRtc implements WebRtcEngine {

    private final WebRtcSettings settings;

    public LibWebRtc(WebRtcSettings settings) {
        this.settings = settings;
    }

    /** Peers on this engine with threads of their own. */
    public static Peers peers(WebRtcSettings settings, InstantSource clock) {
        return peers(settings, clock, SessionObserver.NONE);
    }

    /** The same; the observer is told of pictures that leave. */
    public static Peers peers(WebRtcSettings settings, InstantSource clock, SessionObserver observer) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, named("caravan-webrtc-timer-"));
        timer.setRemoveOnCancelPolicy(true); // a deadline that was met must not keep its peer in memory
        return new Peers(
                settings, new LibWebRtc(settings), clock, Executors.newCachedThreadPool(named("caravan-webrtc-")), timer, observer);
    }

    /**
     * Loads the native library now instead of with the first connection.
     *
     * @throws dev.caravan.processors.webrtc.WebRtcUnavailableException with what to install when that is not possible
     */
    public static void load() {
        NativeFactory.get();
    }

    @Override
    public Connection open(Connection.Events events) {
        PeerConnectionFactory factory = NativeFactory.get();
        return new LibConnection(factory, configuration(), settings, events);
    }

    @Override
    public Outgoing prepare(Picture picture) {
        NativeFactory.get(); // buffers are native too
        return new NativeFrame(new VideoFrame(Pictures.copy(picture), System.nanoTime())); // the source stamps it anew
    }

    private RTCConfiguration configuration() {
        RTCConfiguration configuration = new RTCConfiguration();
        configuration.bundlePolicy = RTCBundlePolicy.MAX_BUNDLE;
        if (settings.udpPortMin() > 0) {
            configuration.portAllocatorConfig = new PortAllocatorConfig(settings.udpPortMin(), settings.udpPortMax(), 0);
        }
        for (IceServer server : settings.iceServers()) {
            RTCIceServer each = new RTCIceServer();
            each.urls.addAll(server.urls());
            server.username().ifPresent(name -> each.username = name);
            server.credential().ifPresent(secret -> each.password = secret);
            configuration.iceServers.add(each);
        }
        return configuration;
    }

    private static ThreadFactory named(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /** A frame that any number of sources may take; the library counts them. */
    record NativeFrame(VideoFrame frame) implements Outgoing {
        @Override
        public void close() {
            frame.release();
        }
    }
}
