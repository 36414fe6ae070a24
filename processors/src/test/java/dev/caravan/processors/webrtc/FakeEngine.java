package dev.caravan.processors.webrtc;

import dev.caravan.inference.frame.Picture;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine whose connections do what the test says. An offer that says {@code bad} is refused. */
final class FakeEngine implements WebRtcEngine {

    final List<FakeConnection> connections = new CopyOnWriteArrayList<>();
    final AtomicInteger openPictures = new AtomicInteger();
    final AtomicInteger preparedPictures = new AtomicInteger();

    @Override
    public FakeConnection open(Connection.Events events) {
        FakeConnection connection = new FakeConnection(events);
        connections.add(connection);
        return connection;
    }

    @Override
    public Outgoing prepare(Picture picture) {
        preparedPictures.incrementAndGet();
        openPictures.incrementAndGet();
        return openPictures::decrementAndGet;
    }

    FakeConnection last() {
        return connections.getLast();
    }

    static final class FakeConnection implements Connection {

        final Events events;
        final List<Outgoing> pushed = new ArrayList<>();
        volatile boolean takes = true;
        final List<String> candidates = new ArrayList<>();
        final BlockingQueue<String> sent = new LinkedBlockingQueue<>();
        final AtomicInteger closes = new AtomicInteger();

        FakeConnection(Events events) {
            this.events = events;
        }

        @Override
        public String answer(String offer, boolean receive, boolean send) throws BadOfferException {
            if (offer.equals("bad")) {
                throw new BadOfferException("bad offer");
            }
            return "answer";
        }

        @Override
        public void addCandidate(String line, Optional<String> mid, Optional<Integer> mLineIndex) {
            candidates.add(line);
        }

        @Override
        public boolean push(Outgoing picture) {
            pushed.add(picture);
            return takes;
        }

        @Override
        public boolean send(String text) {
            return sent.add(text);
        }

        @Override
        public CompletableFuture<ConnectionStats> stats() {
            return CompletableFuture.completedFuture(ConnectionStats.NONE);
        }

        @Override
        public void close() {
            closes.incrementAndGet();
        }
    }
}
