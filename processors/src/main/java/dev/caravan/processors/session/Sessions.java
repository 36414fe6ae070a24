package dev.caravan.processors.session;

import dev.caravan.inference.frame.PictureDecoder;
import dev.caravan.inference.pipeline.PictureFiles;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.processors.session.SessionRefusedException.Cause;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** All live sessions. Thread-safe. */
public final class Sessions implements AutoCloseable {

    /** What a session id may look like: safe in a path, a topic key and a log line. */
    public static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private static final long JOIN_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LAST_WORDS_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int COOL_DOWNS = 1024;

    private record Live(Session session, Thread thread) {}

    private final SessionEnvironment environment;
    private final AutoCloseable resources;
    // Guards the three maps and their order; nothing slow happens under it.
    private final Object lock = new Object();
    private final Map<String, Live> live = new LinkedHashMap<>();
    private final List<FanOut.Subscription> subscriptions = new ArrayList<>();
    private final Map<String, Long> coolDowns = new LinkedHashMap<>();
    private final AtomicLong cooledDown = new AtomicLong();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean draining;
    private boolean closed;

    /**
     * @param decoder  of frames that come in encoded
     * @param pictures opens those that parameters name
     */
    public Sessions(PipelineLoader loader, PictureDecoder decoder, PictureFiles pictures, SessionLimits limits, InstantSource clock) {
        this(loader, decoder, pictures, limits, clock, SessionObserver.NONE);
    }

    /** The same, watched. */
    public Sessions(
            PipelineLoader loader,
            PictureDecoder decoder,
            PictureFiles pictures,
            SessionLimits limits,
            InstantSource clock,
            SessionObserver observer) {
        SessionThreads threads = new SessionThreads();
        this(threads.environment(loader::acquire, decoder, pictures, limits, clock, observer), threads);
    }

    /** @param resources closed last */
    Sessions(SessionEnvironment environment, AutoCloseable resources) {
        this.environment = environment;
        this.resources = resources;
    }

    /**
     * Opens a session; it is streaming (or about to) when this returns.
     *
     * @throws SessionRefusedException when a limit is reached, nothing is loaded or the id is taken
     */
    public Session open(SessionRequest request) throws SessionRefusedException {
        String id = request.id().orElseGet(() -> UUID.randomUUID().toString());
        if (!ID.matcher(id).matches()) {
            throw new SessionRefusedException(Cause.BAD_ID,
                    "a session id has 1 to 64 letters, digits, dots, underscores and hyphens");
        }
        synchronized (lock) {
            requireRoom(id);
            Session session = new Session(new SessionParts(id, request, lease(request), environment, () -> forget(id)));
            SessionParts parts = session.parts();
            subscriptions.forEach(parts.output::add);
            parts.events.state("none", "opening", "opened by " + request.opener().source(), parts.nodeIds);
            if (!request.parameters().isEmpty()) {
                ControlDoor.append(parts, request.door(), request.parameters());
            }
            Thread thread = environment.threads().newThread(parts.loop);
            thread.setName("session-" + id.substring(0, Math.min(8, id.length())));
            live.put(id, new Live(session, thread));
            start(id, thread, parts);
            return session;
        }
    }

    private void start(String id, Thread thread, SessionParts parts) throws SessionRefusedException {
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            // What the virtual machine throws when the system gives it no more threads.
            live.remove(id);
            parts.maker.close();
            parts.observer.moved(parts.life.state(), new SessionState.Closed(Optional.of("no thread")));
            throw new SessionRefusedException(Cause.LIMIT, "the machine has no thread left for another session");
        }
    }

    /** A live session. */
    public Optional<Session> find(String id) {
        synchronized (lock) {
            Live found = live.get(id);
            return found != null && alive(found) ? Optional.of(found.session()) : Optional.empty();
        }
    }

    /** All live sessions, oldest first. */
    public List<Session> all() {
        synchronized (lock) {
            return live.values().stream().filter(Sessions::alive).map(Live::session).toList();
        }
    }

    /**
     * Ends a session by hand.
     *
     * @return false when there is none of that id
     */
    public boolean close(String id, String reason) {
        Optional<Session> session = find(id);
        if (session.isEmpty()) {
            return false;
        }
        synchronized (lock) {
            while (coolDowns.size() >= COOL_DOWNS) {
                coolDowns.remove(coolDowns.keySet().iterator().next());
            }
            coolDowns.put(id, environment.timing().nanos() + environment.limits().reopenCoolDown().toNanos());
        }
        session.get().parts().loop.end(reason);
        return true;
    }

    /** Whether a session of that id was closed by hand so lately that a frame must not open it again. */
    public boolean coolingDown(String id) {
        synchronized (lock) {
            long now = environment.timing().nanos();
            coolDowns.values().removeIf(until -> until <= now);
            return coolDowns.containsKey(id);
        }
    }

    /** Counts a frame that was dropped because of {@link #coolingDown}. */
    public void droppedInCoolDown() {
        cooledDown.incrementAndGet();
    }

    /** Frames dropped because their session was closed by hand a moment before. */
    public long framesDroppedInCoolDown() {
        return cooledDown.get();
    }

    /** Subscribes to the output of all sessions, present and future. Closing the result unsubscribes. */
    public Session.Attachment subscribe(String name, Subscriber subscriber) {
        return subscribe(name, environment.delivery(), subscriber);
    }

    /** The same with the subscriber's own threads; one task occupies a thread while a session has something to deliver. */
    public Session.Attachment subscribe(String name, Executor executor, Subscriber subscriber) {
        FanOut.Subscription subscription = new FanOut.Subscription(name, subscriber, executor);
        synchronized (lock) {
            subscriptions.add(subscription);
            live.values().forEach(l -> l.session().parts().output.add(subscription));
        }
        AtomicBoolean done = new AtomicBoolean();
        return () -> {
            if (done.compareAndSet(false, true)) {
                synchronized (lock) {
                    subscriptions.remove(subscription);
                    live.values().forEach(l -> l.session().parts().output.remove(subscription));
                }
            }
        };
    }

    /**
     * From now on nobody opens a session; those that live go on until they end by themselves or this is closed.
     *
     * @return complete when none is left
     */
    public CompletableFuture<Void> drain() {
        draining = true;
        checkDrained();
        return drained;
    }

    /**
     * For a door that lets somebody into a session which lives already.
     *
     * @throws SessionRefusedException when the hub stops
     */
    public void requireOpen() throws SessionRefusedException {
        if (draining) {
            throw new SessionRefusedException(Cause.STOPPING, "the hub is about to stop and takes nobody new: try again in a moment");
        }
    }

    /** Ends all sessions and waits, bounded, for their threads and until subscribers have their last events. */
    @Override
    public void close() {
        List<Live> ending;
        synchronized (lock) {
            closed = true;
            ending = List.copyOf(live.values());
        }
        ending.forEach(l -> l.session().parts().loop.end("the hub stops"));
        try {
            join(ending);
            long until = System.nanoTime() + LAST_WORDS_NANOS;
            for (Live one : ending) {
                one.session().parts().output.awaitDelivered(until);
            }
            resources.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IllegalStateException("sessions could not be closed", e);
        }
    }

    private static void join(List<Live> ending) throws InterruptedException {
        long until = System.nanoTime() + JOIN_NANOS;
        for (Live one : ending) {
            long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
            if (left > 0) {
                one.thread().join(left);
            }
            if (one.thread().isAlive()) {
                // It sits in a chunk. Whoever computes for so long listens to interrupts.
                one.thread().interrupt();
                one.thread().join(TimeUnit.SECONDS.toMillis(1));
            }
        }
    }

    private void requireRoom(String id) throws SessionRefusedException {
        if (closed) {
            throw new SessionRefusedException(Cause.STOPPING, "the hub stops");
        }
        requireOpen();
        if (live.containsKey(id)) {
            throw new SessionRefusedException(Cause.BAD_ID, "session " + id + " exists already");
        }
        int limit = environment.limits().sessions();
        if (live.size() >= limit) {
            throw new SessionRefusedException(Cause.LIMIT,
                    "the hub has " + limit + " sessions, as many as it may have (limit: sessions)");
        }
    }

    private PipelineLoader.Lease lease(SessionRequest request) throws SessionRefusedException {
        try {
            return environment.chains().acquire(request.nodeIds());
        } catch (PipelineException e) {
            throw new SessionRefusedException(Cause.NOT_LOADED, e.getMessage());
        }
    }

    private void forget(String id) {
        synchronized (lock) {
            live.remove(id);
        }
        checkDrained();
    }

    private void checkDrained() {
        boolean over;
        synchronized (lock) {
            over = draining && live.isEmpty();
        }
        if (over) {
            drained.complete(null);
        }
    }

    private static boolean alive(Live one) {
        SessionParts parts = one.session().parts();
        return parts.life.state().live() && !parts.loop.ending();
    }
}
