package dev.caravan.bench;

import com.sun.management.ThreadMXBean;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.pipeline.PictureFiles;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.builtin.BuiltInPipelines;
import dev.caravan.processors.frames.FfmpegPictures;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.SessionLimits;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.session.SessionRequest;
import dev.caravan.processors.session.Sessions;
import dev.caravan.processors.webrtc.PeerListener;
import dev.caravan.processors.webrtc.PeerOffer;
import dev.caravan.processors.webrtc.Peers;
import dev.caravan.processors.webrtc.WebRtcSettings;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * Parts e to g: frames through the hub's own code - the shipped routes, a passthrough session, all hand-overs - with a stand-in for
 * the WebRTC library. One frame is on its way at a time, as in a live session.
 */
final class OwnCode implements AutoCloseable {

    /** The routes a browser's pictures take. */
    private static final List<String> ROUTES = List.of("camel/webrtc-in.camel.yaml", "camel/webrtc-out.camel.yaml");

    private static final int WIDTH = 576;
    private static final int HEIGHT = 320;
    private static final String SESSION = "bench";
    private static final long PATIENCE_SECONDS = 10;

    /**
     * @param cpuMicros        processor time per frame of all threads, copies at the edge included
     * @param wallMicros       from the library's callback to the push, for each frame
     * @param bytesPerFrame    allocated on the heap by all threads
     */
    record Result(double cpuMicros, Percentiles wallMicros, double bytesPerFrame) {

        /** The same in pictures; the copy at the native edge is one. */
        double picturesPerFrame() {
            return bytesPerFrame / Picture.I420.size(WIDTH, HEIGHT);
        }
    }

    private final EdgeStandIn edge = new EdgeStandIn(WIDTH, HEIGHT);
    private final PipelineLoader loader;
    private final Sessions sessions;
    private final Peers peers;
    private final CamelContext camel = new DefaultCamelContext();

    /** Starts it, with nobody watching; frames can flow when this returns. */
    OwnCode() throws Exception {
        this(SessionObserver.NONE);
    }

    /** The same, watched. */
    OwnCode(SessionObserver observer) throws Exception {
        InstantSource clock = InstantSource.system();
        loader = new PipelineLoader(
                BuiltInPipelines.registry(PipelineSchema::load, (id, folder) -> List.of(), clock, OwnCode::noDevice, Map.of()),
                Path.of("models"), PipelineLoader.Listener.NONE, clock);
        sessions = new Sessions(loader, FfmpegPictures.shared(), PictureFiles.NONE, limits(), clock, observer);
        peers = new Peers(WebRtcSettings.DEFAULTS, edge, clock,
                Executors.newCachedThreadPool(), Executors.newSingleThreadScheduledExecutor(), observer);
        try {
            open();
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    private static Device noDevice() {
        throw new AssertionError("passthrough asks for no device");
    }

    private void open() throws Exception {
        loader.load(List.of(new PipelineLoader.Entry("passthrough", "passthrough", Map.of())));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (loader.status().state() == PipelineLoader.State.LOADING) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("passthrough is not loaded");
            }
            Thread.onSpinWait(); // it has nothing to load: moments
        }
        camel.getRegistry().bind("caravanSessions", sessions);
        camel.getRegistry().bind("caravanPeers", peers);
        for (String route : ROUTES) {
            Resource resource = ResourceHelper.resolveMandatoryResource(camel, "classpath:" + route);
            PluginHelper.getRoutesLoader(camel).loadRoutes(resource);
        }
        camel.start();
        sessions.open(new SessionRequest(Optional.of(SESSION), Origin.of("webrtc:" + SESSION), Control.Door.OFFER, List.of(),
                Map.of("input_mode", "video"), Map.of()));
        CountDownLatch connected = new CountDownLatch(1);
        peers.accept(new PeerOffer(SESSION, SESSION, "", true, true, true, new PeerListener() {
            @Override
            public void connected(String peerId) {
                connected.countDown();
            }
        }));
        if (!connected.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the stand-in did not connect");
        }
    }

    /** The usual ones, but for memory: thousands of frames a second are allocated here, faster than any collector takes them away. */
    private static SessionLimits limits() {
        SessionLimits usual = SessionLimits.DEFAULTS;
        return new SessionLimits(usual.sessions(), usual.viewers(), Long.MAX_VALUE / 2, usual.closeGrace(), usual.idlePause(),
                usual.sourceSilence(), usual.reopenCoolDown());
    }

    /**
     * Measures.
     *
     * @param frames of 576x320
     * @param pause  between two: none shows what the code costs, a camera's shows what it costs in a processor that has been asleep or
     *               busy with other things in between, as it is in a live session
     */
    Result run(int frames, Duration pause) throws InterruptedException {
        return run(frames, pause, () -> { });
    }

    /** The same. @param last done after the frames, and measured with them */
    Result run(int frames, Duration pause, Runnable last) throws InterruptedException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double[] wallMicros = new double[frames];
        long allocated = threads.getTotalThreadAllocatedBytes();
        long cpu = cpuNanos(threads);
        through(wallMicros, pause);
        last.run();
        double nanos = cpuNanos(threads) - cpu;
        double bytes = (threads.getTotalThreadAllocatedBytes() - allocated) / (double) frames;
        return new Result(nanos / 1000 / frames, Percentiles.of(wallMicros), bytes);
    }

    /** Lets the compiler do its work first. */
    void warmUp(int frames) throws InterruptedException {
        through(new double[frames], Duration.ZERO);
    }

    private void through(double[] wallMicros, Duration pause) throws InterruptedException {
        for (int i = 0; i < wallMicros.length; i++) {
            long start = System.nanoTime();
            edge.decode();
            if (!edge.awaitPush()) {
                throw new IllegalStateException("frame " + i + " was lost on its way through the hub");
            }
            wallMicros[i] = (System.nanoTime() - start) / 1e3;
            if (pause.isPositive()) {
                Thread.sleep(pause);
            }
        }
    }

    /** Of the threads that live; those frames run on outlive the measurement. */
    private static long cpuNanos(ThreadMXBean threads) {
        long sum = 0;
        for (long nanos : threads.getThreadCpuTime(threads.getAllThreadIds())) {
            sum += Math.max(0, nanos);
        }
        return sum;
    }

    @Override
    public void close() {
        camel.stop();
        peers.close();
        sessions.close();
        loader.close();
    }
}
