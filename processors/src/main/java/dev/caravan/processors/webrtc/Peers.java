package dev.caravan.processors.webrtc;

import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.EpochMicros;
import dev.caravan.processors.session.Exit;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.session.SessionTracer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All WebRTC peers of the hub. Thread-safe. Only {@link #accept} and {@link #close()} block for longer than moments; neither may be
 * called from an event loop.
 */
public final class Peers implements AutoCloseable {

    /** Longest offer, in characters: a browser's is below 20 KiB. */
    public static final int MAX_SDP = 256 * 1024;

    /** Most candidates taken in one call. */
    public static final int MAX_CANDIDATES = 256;

    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
    private static final long FAREWELL_SECONDS = 10;

    private final WebRtcEngine engine;
    private final ExecutorService workers;
    private final ScheduledExecutorService timer;
    private final Surroundings around;
    private final SessionObserver observer;
    private final Map<String, Peer> peers = new ConcurrentHashMap<>();
    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    /**
     * @param workers for what the peers have to do, mostly little; at least a few threads; shut down by {@link #close()}
     * @param timer   for deadlines; shut down by {@link #close()}
     */
    public Peers(
            WebRtcSettings settings,
            WebRtcEngine engine,
            InstantSource clock,
            ExecutorService workers,
            ScheduledExecutorService timer) {
        this(settings, engine, clock, workers, timer, SessionObserver.NONE);
    }

    /** The same; the observer is told of pictures that leave. */
    public Peers(
            WebRtcSettings settings,
            WebRtcEngine engine,
            InstantSource clock,
            ExecutorService workers,
            ScheduledExecutorService timer,
            SessionObserver observer) {
        this.observer = observer;
        this.engine = engine;
        this.workers = workers;
        this.timer = timer;
        this.around = new Surroundings(settings, clock, workers, timer, subscriptions, this::forget);
    }

    /**
     * Answers an offer; the peer connects by itself afterwards. Blocks for some 100 ms, at most a few seconds.
     *
     * @throws BadOfferException          with one line for the client
     * @throws WebRtcUnavailableException when WebRTC does not work on this machine
     * @throws IllegalStateException      when the id is taken or this is closed
     */
    public PeerAnswer accept(PeerOffer offer) throws BadOfferException {
        if (offer.sdp().length() > MAX_SDP) {
            throw new BadOfferException("the offer's SDP is longer than " + MAX_SDP / 1024 + " KiB");
        }
        if (closed) {
            throw new IllegalStateException("the hub is stopping");
        }
        Peer peer = new Peer(offer, around);
        if (peers.putIfAbsent(offer.peerId(), peer) != null) {
            throw new IllegalStateException("peer id " + offer.peerId() + " is taken");
        }
        boolean answered = false;
        try {
            String sdp = peer.answer(engine);
            answered = true;
            return new PeerAnswer(offer.peerId(), sdp);
        } finally {
            if (!answered) {
                forget(peer);
            } else if (closed) {
                peer.end("the hub is stopping");
            }
            changed();
        }
    }

    /**
     * Adds candidates of a peer, as soon as its offer is answered. Empty ones are fine.
     *
     * @return false when there is no such peer
     * @throws BadCandidateException for the first that cannot be used; those before it are in use
     */
    public boolean addCandidates(String peerId, List<Candidate> candidates) throws BadCandidateException {
        Peer peer = peers.get(peerId);
        if (peer == null) {
            return false;
        }
        if (candidates.size() > MAX_CANDIDATES) {
            throw new BadCandidateException("more than " + MAX_CANDIDATES + " at once");
        }
        peer.addCandidates(candidates);
        return true;
    }

    /** Ends a peer; it is not found any more when this returns and freed soon after. False when there is no such peer. */
    public boolean close(String peerId, String reason) {
        Peer peer = peers.remove(peerId);
        if (peer == null) {
            return false;
        }
        peer.end(reason);
        changed();
        return true;
    }

    /** Ends all peers of a session after a while, so that a last message gets through. */
    public void closeSession(String sessionId, String reason, Duration grace) {
        List<Peer> leaving = having(peer -> peer.offer().sessionId().equals(sessionId));
        if (leaving.isEmpty()) {
            return;
        }
        leaving.forEach(Peer::leaves);
        try {
            timer.schedule(() -> leaving.forEach(peer -> peer.end(reason)), grace.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Stopping: the peers of session {} are ended with all others", sessionId);
        }
    }

    /** A live peer. Waits up to 250 ms for its rates. */
    public Optional<PeerSnapshot> find(String peerId) {
        return Optional.ofNullable(peers.get(peerId)).map(Peer::snapshot);
    }

    /** All live peers, oldest first. */
    public List<PeerSnapshot> all() {
        List<Peer> now = having(peer -> true);
        now.forEach(Peer::refresh);
        return now.stream()
                .map(Peer::snapshot)
                .sorted(Comparator.comparingLong(PeerSnapshot::openedMs).thenComparing(PeerSnapshot::peerId))
                .toList();
    }

    /** The ids of all live peers; cheap. */
    public Set<String> ids() {
        return Set.copyOf(peers.keySet());
    }

    /** Has this called after a peer has come or gone, on the thread it did so on: it must return at once. */
    public void watch(Runnable changed) {
        watchers.add(changed);
    }

    /** How many peers there are; cheap. */
    public int count() {
        return peers.size();
    }

    /** Sends a JSON object to one peer, as soon as its data channel is open. False when there is no such peer. */
    public boolean send(String peerId, String json) {
        Peer peer = peers.get(peerId);
        if (peer == null) {
            return false;
        }
        peer.send(json);
        return true;
    }

    /**
     * Sends a JSON object to the peers of a session.
     *
     * @param onlyControllers leave out those that only watch
     * @return to how many
     */
    public int sendToSession(String sessionId, String json, boolean onlyControllers) {
        List<Peer> to = having(peer -> peer.offer().sessionId().equals(sessionId)
                && (peer.offer().controls() || !onlyControllers));
        to.forEach(peer -> peer.send(json));
        return to.size();
    }

    /** Tells all peers that the hub stops when this time is over. They stay connected; what they do about it is theirs. */
    public void announceStop(Duration left) {
        String news = PeerMessages.hubStopping(left);
        having(peer -> true).forEach(peer -> peer.send(news));
    }

    /**
     * Sends a picture to all viewers of a session: one copy for all of them, however many. Returns in microseconds.
     *
     * @return to how many
     * @throws IllegalArgumentException when the picture is still encoded
     */
    public int push(String sessionId, Frame frame) {
        return push(frame, peer -> peer.watches(sessionId));
    }

    /** Sends a picture to one viewer; whether it was taken. */
    public boolean pushTo(String peerId, Frame frame) {
        Peer peer = peers.get(peerId);
        return peer != null && push(frame, each -> each == peer && each.offer().viewer() && each.isLive()) == 1;
    }

    private int push(Frame frame, Predicate<Peer> wanted) {
        WebRtcEngine.Outgoing picture = null;
        SessionTracer.Departure departure = SessionTracer.Departure.NONE;
        int taken = 0;
        try {
            for (Peer peer : peers.values()) {
                if (wanted.test(peer)) {
                    if (picture == null) {
                        departure = observer.tracer().leaving(Exit.WEBRTC, frame);
                        picture = engine.prepare(frame.picture());
                    }
                    taken += peer.push(picture) ? 1 : 0;
                }
            }
        } finally {
            if (picture != null) {
                picture.close();
            }
            if (taken > 0) {
                departure.sent();
            } else {
                departure.lost("no viewer took it");
            }
        }
        if (taken > 0) {
            long micros = EpochMicros.now(around.clock()) - frame.arrivedMicros();
            observer.sent(Exit.WEBRTC, frame.sessionId(), frame.sequence(), Math.max(0, micros));
        }
        return taken;
    }

    /** Subscribes to what all peers send, present and future; {@code executor} carries as many peers at once as it has threads. */
    public Subscription subscribe(PeerSubscriber subscriber, Executor executor) {
        Subscription subscription = new Subscription(subscriber, executor);
        subscriptions.add(subscription);
        return subscription;
    }

    /** Ends all peers and waits for them, bounded. Those that were told good-bye go in their own time. */
    @Override
    public void close() {
        closed = true;
        List<Peer> leaving = having(peer -> true);
        leaving.stream().filter(peer -> !peer.isLeaving()).forEach(peer -> peer.end("the hub is stopping"));
        CompletableFuture.allOf(leaving.stream().map(Peer::gone).toArray(CompletableFuture<?>[]::new))
                .completeOnTimeout(null, FAREWELL_SECONDS, TimeUnit.SECONDS)
                .join();
        timer.shutdownNow();
        workers.shutdown();
    }

    private List<Peer> having(Predicate<Peer> what) {
        return peers.values().stream().filter(what).toList();
    }

    private void forget(Peer peer) {
        peers.remove(peer.offer().peerId(), peer);
        changed();
    }

    private void changed() {
        watchers.forEach(Runnable::run);
    }

    /** One subscriber. Closing unsubscribes; closing twice is harmless. */
    public final class Subscription implements AutoCloseable {

        private final PeerSubscriber subscriber;
        private final Executor executor;

        private Subscription(PeerSubscriber subscriber, Executor executor) {
            this.subscriber = subscriber;
            this.executor = executor;
        }

        PeerSubscriber subscriber() {
            return subscriber;
        }

        Executor executor() {
            return executor;
        }

        @Override
        public void close() {
            subscriptions.remove(this);
            peers.values().forEach(peer -> peer.unsubscribed(this));
        }
    }

    /** What a peer needs of the hub. */
    record Surroundings(
            WebRtcSettings settings,
            InstantSource clock,
            Executor workers,
            ScheduledExecutorService timer,
            List<Subscription> subscriptions,
            java.util.function.Consumer<Peer> gone) {

        boolean framesWanted() {
            for (Subscription each : subscriptions) {
                if (each.subscriber().wantsFrames()) {
                    return true;
                }
            }
            return false;
        }

        void forget(Peer peer) {
            gone.accept(peer);
        }
    }
}
