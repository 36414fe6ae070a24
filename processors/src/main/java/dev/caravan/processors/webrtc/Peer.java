package dev.caravan.processors.webrtc;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.webrtc.PeerState.Signal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One peer: its life (see {@link PeerState} for the transitions), its mailboxes and its counters.
 *
 * <p>Events come on native threads, which only hand over: pictures to the mailboxes, everything else to {@link #tasks}. The state is
 * changed, the listener called and the connection closed on {@code tasks} alone, so each happens in order and the end happens once.
 */
final class Peer implements Connection.Events {

    private static final Logger LOG = LoggerFactory.getLogger(Peer.class);

    private final PeerOffer offer;
    private final Origin origin;
    private final Peers.Surroundings around;
    private final SerialExecutor tasks;
    private final ControlInbox inbox;
    private final Outbox outbox;
    private final PeerRates rates;
    private final Map<Peers.Subscription, Mailbox> mailboxes = new ConcurrentHashMap<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final long openedMs;

    private final AtomicLong framesIn = new AtomicLong();
    private final LongAdder framesOut = new LongAdder();
    private final LongAdder controls = new LongAdder();
    private final LongAdder uselessControls = new LongAdder();

    private volatile Connection connection = NoConnection.INSTANCE;
    private volatile PeerState state = new PeerState.Connecting();
    private volatile boolean leaving;
    private @Nullable ScheduledFuture<?> deadline; // on tasks
    private boolean announced; // on tasks
    private long lastMicros; // on the native thread that brings pictures

    Peer(PeerOffer offer, Peers.Surroundings around) {
        this.offer = offer;
        this.origin = Origin.of("webrtc:" + offer.peerId());
        this.around = around;
        this.tasks = new SerialExecutor(around.workers());
        this.inbox = new ControlInbox(around.clock(), tasks, (task, wait) -> later(task, wait), this::read);
        this.outbox = new Outbox(tasks, text -> connection.send(text));
        this.rates = new PeerRates(around.clock(), () -> connection.stats());
        this.openedMs = around.clock().millis();
    }

    /** Answers the offer; on failure nothing is left and the listener hears nothing. */
    String answer(WebRtcEngine engine) throws BadOfferException {
        Connection opened = engine.open(this);
        connection = opened;
        boolean answered = false;
        try {
            String sdp = opened.answer(offer.sdp(), offer.source(), offer.viewer());
            answered = true;
            return sdp;
        } finally {
            if (answered) {
                begin();
            } else {
                opened.close();
                gone.complete(null);
            }
        }
    }

    private void begin() {
        PeerState connecting = state;
        tasks.execute(() -> {
            if (state == connecting) {
                deadline = later(() -> signal(new Signal.Overdue(connecting)), around.settings().connectTimeout());
            }
        });
        tasks.start();
    }

    /** It will be ended in a moment, which its last message needs. */
    void leaves() {
        leaving = true;
    }

    boolean isLeaving() {
        return leaving;
    }

    void end(String reason) {
        signal(new Signal.End(reason));
    }

    void addCandidates(List<Candidate> candidates) throws BadCandidateException {
        for (Candidate candidate : candidates) {
            String line = CandidateLine.normalise(candidate.line());
            if (!line.isEmpty()) {
                connection.addCandidate(line, candidate.mid(), candidate.mLineIndex());
            }
        }
    }

    boolean push(WebRtcEngine.Outgoing picture) {
        boolean taken = connection.push(picture);
        if (taken) {
            framesOut.increment();
        }
        return taken;
    }

    void send(String json) {
        outbox.offer(json);
    }

    // --- events, on native threads -------------------------------------------------------------------------------------------

    @Override
    public void state(Connection.State now) {
        switch (now) {
            case CONNECTING -> { }
            case CONNECTED -> signal(new Signal.Reached());
            case DISCONNECTED -> signal(new Signal.Lost());
            case FAILED -> end("connection failed");
            case CLOSED -> end("connection closed");
        }
    }

    @Override
    public void channelOpened() {
        outbox.opened();
    }

    @Override
    public void channelClosed() {
        end("data channel closed");
    }

    @Override
    public boolean wantsVideo() {
        return offer.source() && !(state instanceof PeerState.Ended) && around.framesWanted();
    }

    @Override
    public void video(Picture.I420 picture) {
        var now = around.clock().instant();
        long micros = now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
        lastMicros = Math.max(lastMicros + 1, micros); // a clock that is set back must not turn the order of frames around
        long sequence = framesIn.getAndIncrement();
        Frame frame = Frame.incoming(offer.sessionId(), sequence, lastMicros, origin, picture);
        for (Peers.Subscription to : around.subscriptions()) {
            if (to.subscriber().wantsFrames()) {
                mailbox(to).offer(frame);
            }
        }
        if (sequence == 0) {
            tasks.execute(() -> tell(listener -> listener.firstFrame(offer.peerId())));
        }
    }

    @Override
    public void message(String text) {
        inbox.offer(text);
    }

    // --- on tasks --------------------------------------------------------------------------------------------------------------

    private void read(String text) {
        PeerMessages.object(text).ifPresentOrElse(this::take, () -> {
            uselessControls.increment();
            LOG.debug("Peer {} sent something that is no JSON object; ignored", offer.peerId());
        });
    }

    private void take(Map<String, Object> update) {
        if (state instanceof PeerState.Ended) {
            return;
        }
        if (!offer.controls()) {
            uselessControls.increment();
            outbox.offer(PeerMessages.watcherRefused(update));
            return;
        }
        controls.increment();
        Control control = new Control(offer.sessionId(), Control.Door.DATA_CHANNEL, origin, update);
        for (Peers.Subscription to : around.subscriptions()) {
            mailbox(to).offer(control);
        }
    }

    private void signal(Signal signal) {
        tasks.execute(() -> apply(signal));
    }

    private void apply(Signal signal) {
        PeerState before = state;
        PeerState after = before.on(signal);
        if (after == before) {
            return;
        }
        state = after;
        cancelDeadline();
        switch (after) {
            case PeerState.Connecting _ -> { }
            case PeerState.Connected _ -> {
                if (!announced) {
                    announced = true;
                    tell(listener -> listener.connected(offer.peerId()));
                }
            }
            case PeerState.Interrupted silent ->
                deadline = later(() -> signal(new Signal.Overdue(silent)), around.settings().disconnectGrace());
            case PeerState.Ended(String reason) -> finish(reason);
        }
    }

    private void finish(String reason) {
        around.forget(this);
        mailboxes.values().forEach(Mailbox::close);
        try {
            connection.close();
        } finally {
            tell(listener -> listener.ended(offer.peerId(), reason));
            gone.complete(null);
        }
    }

    private void tell(Consumer<PeerListener> what) {
        try {
            what.accept(offer.listener());
        } catch (Throwable e) {
            LOG.warn("The listener of peer {} failed", offer.peerId(), e);
        }
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    // --- anywhere --------------------------------------------------------------------------------------------------------------

    private ScheduledFuture<?> later(Runnable task, Duration wait) {
        return around.timer().schedule(task, wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Mailbox mailbox(Peers.Subscription to) {
        Mailbox known = mailboxes.get(to); // computeIfAbsent alone would allocate for each frame
        return known != null
                ? known
                : mailboxes.computeIfAbsent(to, s -> new Mailbox(s.subscriber(), s.executor()));
    }

    void unsubscribed(Peers.Subscription from) {
        Mailbox mailbox = mailboxes.remove(from);
        if (mailbox != null) {
            mailbox.close();
        }
    }

    /** Whether pictures can reach it. */
    boolean watches(String sessionId) {
        return offer.viewer() && isLive() && offer.sessionId().equals(sessionId);
    }

    boolean isLive() {
        return state instanceof PeerState.Connected || state instanceof PeerState.Interrupted;
    }

    PeerOffer offer() {
        return offer;
    }

    /** Completed when everything is freed. */
    CompletableFuture<Void> gone() {
        return gone;
    }

    /** Asks for new rates, so that several peers can be asked at once. */
    void refresh() {
        rates.refresh();
    }

    PeerSnapshot snapshot() {
        PeerRates.Rates rate = rates.get();
        long lost = mailboxes.values().stream().mapToLong(Mailbox::droppedFrames).sum();
        long lostControls = mailboxes.values().stream().mapToLong(Mailbox::droppedControls).sum();
        return new PeerSnapshot(
                offer.peerId(),
                offer.sessionId(),
                state.label(),
                offer.source(),
                offer.viewer(),
                offer.controls(),
                openedMs,
                framesIn.get(),
                framesOut.sum(),
                lost,
                controls.sum(),
                uselessControls.sum() + inbox.dropped() + lostControls,
                rate.kbpsIn(),
                rate.kbpsOut(),
                rate.fpsIn(),
                rate.fpsOut(),
                rate.stats().codecIn(),
                rate.stats().codecOut(),
                rate.stats().rttMillis());
    }
}
