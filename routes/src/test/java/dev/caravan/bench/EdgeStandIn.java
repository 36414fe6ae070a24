package dev.caravan.bench;

import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.webrtc.Connection;
import dev.caravan.processors.webrtc.ConnectionStats;
import dev.caravan.processors.webrtc.WebRtcEngine;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A WebRTC library for one peer that has no network and no codec: pictures are copied out of and into memory outside the heap, as the
 * real one does, and counted.
 */
final class EdgeStandIn implements WebRtcEngine, Connection {

    private final int width;
    private final int height;
    private final ByteBuffer decoded;
    private final ByteBuffer toEncode;
    private final Semaphore pushed = new Semaphore(0);
    private final Outgoing outgoing = () -> { };
    private volatile Connection.@Nullable Events events;

    EdgeStandIn(int width, int height) {
        this.width = width;
        this.height = height;
        decoded = ByteBuffer.allocateDirect(Picture.I420.size(width, height));
        toEncode = ByteBuffer.allocateDirect(Picture.I420.size(width, height));
    }

    @Override
    public Connection open(Connection.Events to) {
        events = to;
        return this;
    }

    @Override
    public String answer(String offer, boolean receive, boolean send) {
        Connection.Events to = Objects.requireNonNull(events);
        to.state(State.CONNECTED);
        to.channelOpened();
        return "";
    }

    /** What the library's decoding thread does: one copy, and on with it. */
    void decode() {
        byte[] copy = new byte[Picture.I420.size(width, height)];
        decoded.get(0, copy);
        Objects.requireNonNull(events).video(new Picture.I420(width, height, copy));
    }

    /** Whether a picture came out at the other end, waiting a while for it. */
    boolean awaitPush() throws InterruptedException {
        return pushed.tryAcquire(10, TimeUnit.SECONDS);
    }

    @Override
    public Outgoing prepare(Picture picture) {
        toEncode.put(0, ((Picture.I420) picture).data());
        return outgoing;
    }

    @Override
    public boolean push(Outgoing picture) {
        pushed.release();
        return true;
    }

    @Override
    public boolean send(String text) {
        return true;
    }

    @Override
    public CompletableFuture<ConnectionStats> stats() {
        return CompletableFuture.completedFuture(ConnectionStats.NONE);
    }

    @Override
    public void addCandidate(String line, Optional<String> mid, Optional<Integer> mLineIndex) {
        // There is no network.
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
