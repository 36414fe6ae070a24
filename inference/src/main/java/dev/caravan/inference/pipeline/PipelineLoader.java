package dev.caravan.inference.pipeline;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loaded pipelines of the hub and the one thread that loads them (contract §1.2, DESIGN "Loaded models").
 *
 * <p>A load request replaces the requested set; loads are serialised and the last request wins; what a session uses stays until its
 * last lease is returned. Thread-safe.
 *
 * <p>How: {@link #load} writes down what is wanted ({@link LoadedSet}, {@code todo}) and wakes the loader thread, which takes one step at
 * a time towards it: first free what nobody wants or uses, then load the next entry. A load whose result is no longer wanted is
 * interrupted; if it finishes all the same, its result is freed by the same rule. A failed entry ends its request.
 */
public final class PipelineLoader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PipelineLoader.class);
    private static final String FIRST_STAGE = "Initializing pipeline...";
    /** How long {@link #close} waits for a pipeline that does not react to its interrupt. */
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final PipelineRegistry registry;
    private final Path modelsFolder;
    private final AdapterFolders adapters;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final InstantSource clock;
    private final Thread thread;

    private final Object lock = new Object();
    // All below is guarded by the lock.
    private final LoadedSet set = new LoadedSet();
    private final Deque<Entry> todo = new ArrayDeque<>();
    private @Nullable Map<String, Object> firstParameters;
    private @Nullable String error;
    private @Nullable String stage;
    private @Nullable LoadJob running;
    private CompletableFuture<@Nullable Void> idle = CompletableFuture.completedFuture(null);
    private boolean closed;
    private boolean ended;

    public PipelineLoader(PipelineRegistry registry, Path modelsFolder, Listener listener) {
        this(registry, modelsFolder, listener, InstantSource.system());
    }

    /** @param clock measures how long loads take */
    public PipelineLoader(PipelineRegistry registry, Path modelsFolder, Listener listener, InstantSource clock) {
        this(registry, modelsFolder, AdapterFolders.below(modelsFolder), listener, clock);
    }

    /**
     * @param adapters where adapters lie that a load may name
     * @param clock    measures how long loads take
     */
    public PipelineLoader(
            PipelineRegistry registry, Path modelsFolder, AdapterFolders adapters, Listener listener, InstantSource clock) {
        this.registry = registry;
        this.modelsFolder = modelsFolder;
        this.adapters = adapters;
        listeners.add(listener);
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("pipeline-loader").daemon(true).start(this::run);
    }

    /**
     * Requests a set. Returns at once; {@link #status()} reads {@code loading} (or {@code loaded}, when nothing is missing) from then on.
     *
     * @param entries of entries with the same node id the last one counts; an empty list unloads everything
     */
    public void load(List<Entry> entries) {
        Map<String, Entry> byNode = new LinkedHashMap<>();
        entries.forEach(entry -> byNode.put(entry.nodeId(), entry));
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the hub is shutting down; nothing is loaded any more");
            }
            firstParameters = entries.isEmpty() ? null : entries.getFirst().loadParameters();
            error = null;
            todo.clear();
            todo.addAll(set.request(List.copyOf(byNode.values())));
            if (running == null || wanted(running.entry()).isEmpty()) {
                stage = todo.isEmpty() ? null : FIRST_STAGE;
                giveUpRunning();
            }
            if (idle.isDone()) {
                idle = new CompletableFuture<>();
            }
            noteIdle();
            lock.notifyAll();
        }
        tell(Listener::requested);
    }

    /** Adds somebody who hears the life of loads from now on. */
    public void listen(Listener listener) {
        listeners.add(listener);
    }

    public Status status() {
        synchronized (lock) {
            List<Node> nodes = set.nodes();
            return new Status(
                    state(nodes),
                    nodes.stream().map(Node::nodeId).findFirst(),
                    Optional.ofNullable(firstParameters),
                    Optional.ofNullable(error),
                    Optional.ofNullable(stage),
                    nodes);
        }
    }

    /**
     * Waits until no load is wanted or under way.
     *
     * @return the status then, or after {@code limit}
     */
    public Status awaitIdle(Duration limit) throws InterruptedException {
        CompletableFuture<@Nullable Void> end;
        synchronized (lock) {
            end = idle;
        }
        try {
            end.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException _) {
            // Never completed by an exception; after the limit the status says that it is still loading.
        }
        return status();
    }

    /**
     * Takes a chain into use.
     *
     * @param nodeIds the nodes in order - where no node has that id, the one node of the pipeline of that id - or empty for the default
     *                chain: requested preprocessors, the main pipeline requested last, requested postprocessors
     * @throws PipelineException when one of them is not loaded ({@code Pipeline not loaded. Please load pipeline first.}) or unknown,
     *                           or while a load is under way
     */
    public Lease acquire(List<String> nodeIds) throws PipelineException {
        synchronized (lock) {
            if (closed || state(set.nodes()) != State.LOADED) {
                throw LoadedSet.notLoaded();
            }
            List<Instance> chain = set.chain(nodeIds);
            chain.forEach(Instance::lease);
            return new ChainLease(chain);
        }
    }

    /** Gives up a running load and frees everything that is not leased; what is leased is freed with its last lease. */
    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            todo.clear();
            set.retireAll();
            noteIdle();
            giveUpRunning();
            lock.notifyAll();
        }
        try {
            if (!thread.join(CLOSE_LIMIT)) {
                LOG.warn("A pipeline that is being loaded or freed does not end; leaving it behind");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private State state(List<Node> nodes) {
        if (!todo.isEmpty()) {
            return State.LOADING;
        }
        if (error != null) {
            return State.ERROR;
        }
        return nodes.isEmpty() ? State.NOT_LOADED : State.LOADED;
    }

    private void run() {
        try {
            while (true) {
                @Nullable Instance unused;
                @Nullable LoadJob job = null;
                synchronized (lock) {
                    unused = set.takeUnused().orElse(null);
                    if (unused == null && !todo.isEmpty()) {
                        job = running = new LoadJob(todo.getFirst());
                    } else if (unused == null && closed) {
                        ended = true;
                        return;
                    } else if (unused == null) {
                        lock.wait();
                    }
                }
                if (unused != null) {
                    free(unused);
                } else if (job != null) {
                    work(job);
                }
            }
        } catch (InterruptedException _) {
            // Nobody interrupts the thread outside of a load.
            LOG.error("The loader thread was interrupted; nothing can be loaded any more");
        }
    }

    private void work(LoadJob job) {
        Instant start = clock.instant();
        tell(l -> l.loadStarted(job.entry()));
        @Nullable Instance instance = null;
        @Nullable Throwable failure = null;
        try {
            instance = job.run(registry, modelsFolder, adapters, text -> stage(job, text));
        } catch (Throwable t) { // A pipeline must not end the loader thread, out of memory and stack overflow included.
            failure = t;
        }
        Duration took = Duration.between(start, clock.instant());
        Consumer<Listener> news;
        synchronized (lock) {
            running = null;
            // An interrupt that came too late must not hit the next load.
            Thread.interrupted();
            news = settle(job, instance, failure, took);
            noteIdle();
            lock.notifyAll();
        }
        tell(news);
    }

    /** Writes the outcome down and says what to tell the listener. Under the lock. */
    private Consumer<Listener> settle(LoadJob job, @Nullable Instance instance, @Nullable Throwable failure, Duration took) {
        Optional<Entry> wanted = wanted(job.entry());
        if (instance != null) {
            wanted.ifPresentOrElse(entry -> {
                todo.remove(entry);
                instance.rename(entry.nodeId());
                set.add(instance);
            }, () -> set.retire(instance));
            stage = todo.isEmpty() ? null : FIRST_STAGE;
            Entry entry = instance.entry();
            return l -> l.loaded(entry, took);
        }
        if (job.givenUp || wanted.isEmpty()) {
            // Wanted again after it was given up: it is still on the list and starts anew.
            return l -> l.abandoned(job.entry());
        }
        String reason = FailureText.of(job.entry(), modelsFolder, Objects.requireNonNull(failure));
        if (!(failure instanceof PipelineException)) {
            LOG.error("Loading {} failed", job.entry().pipelineId(), failure);
        }
        todo.clear();
        stage = null;
        error = reason;
        return l -> l.failed(job.entry(), reason);
    }

    private Optional<Entry> wanted(Entry loading) {
        return todo.stream().filter(loading::equals).findFirst().or(
                () -> todo.stream().filter(loading::sameInstance).findFirst());
    }

    private void noteIdle() {
        if (todo.isEmpty()) {
            idle.complete(null);
        }
    }

    private void giveUpRunning() {
        if (running != null) {
            running.givenUp = true;
            thread.interrupt();
        }
    }

    private void stage(LoadJob job, String text) {
        synchronized (lock) {
            if (running == job && !job.givenUp) {
                stage = text;
            }
        }
    }

    private void free(Instance instance) {
        try {
            instance.loaded().close();
        } catch (RuntimeException | Error e) {
            LOG.error("Freeing {} failed", instance.entry().pipelineId(), e);
        }
        tell(l -> l.unloaded(instance.entry()));
    }

    private void tell(Consumer<Listener> news) {
        for (Listener listener : listeners) {
            try {
                news.accept(listener);
            } catch (RuntimeException | Error e) {
                LOG.error("The listener of pipeline loads failed", e);
            }
        }
    }

    private final class ChainLease implements Lease {
        private final List<Instance> chain;
        private final List<Node> nodes;
        private final AtomicBoolean returned = new AtomicBoolean();

        private ChainLease(List<Instance> chain) {
            this.chain = List.copyOf(chain);
            this.nodes = chain.stream().map(Instance::node).toList();
        }

        @Override
        public List<Node> nodes() {
            return nodes;
        }

        @Override
        public void close() {
            if (!returned.compareAndSet(false, true)) {
                return;
            }
            boolean mine;
            synchronized (lock) {
                chain.forEach(Instance::release);
                mine = ended;
                lock.notifyAll();
            }
            if (mine) {
                freeUnused();
            }
        }
    }

    /** After the end of the loader thread, the one who returns the last lease does its work. */
    private void freeUnused() {
        Optional<Instance> unused;
        do {
            synchronized (lock) {
                unused = set.takeUnused();
            }
            unused.ifPresent(this::free);
        } while (unused.isPresent());
    }

    /**
     * One requested instance.
     *
     * @param loadParameters as the caller sent them; values may be null
     */
    public record Entry(String nodeId, String pipelineId, Map<String, Object> loadParameters) {

        public Entry {
            // Not Map.copyOf: clients send nulls ("quantization": null).
            loadParameters = Collections.unmodifiableMap(new LinkedHashMap<>(loadParameters));
        }

        /** Whether the instance loaded for the other would do for this, under another name perhaps. */
        boolean sameInstance(Entry other) {
            return pipelineId.equals(other.pipelineId) && loadParameters.equals(other.loadParameters);
        }
    }

    /** One loaded instance of a chain; the load parameters are those of its {@link Entry}. */
    public record Node(String nodeId, PipelineSchema schema, LoadedPipeline loaded, Map<String, Object> loadParameters) {}

    /** A chain in use. Closing it twice is harmless. */
    public interface Lease extends AutoCloseable {

        /** At least one node, in the order frames run through them. */
        List<Node> nodes();

        @Override
        void close();
    }

    /** The contract's words for {@code GET /api/v1/pipeline/status}. */
    public enum State {
        NOT_LOADED,
        LOADING,
        LOADED,
        ERROR
    }

    /**
     * @param pipelineId     node id of the first resident instance
     * @param loadParameters of the first entry of the last request, as sent
     * @param error          why the last load failed; stays until the next load
     * @param stage          text for display while loading
     * @param nodes          resident requested instances, in the order of the request
     */
    public record Status(
            State state,
            Optional<String> pipelineId,
            Optional<Map<String, Object>> loadParameters,
            Optional<String> error,
            Optional<String> stage,
            List<Node> nodes) {}

    /** Hears the life of loads, for events and logs; after the status changed, on the loader thread. Must return at once. */
    public interface Listener {

        /** Hears nothing. */
        Listener NONE = new Listener() {};

        /** Another set was requested: what stays may have another name, what goes is no longer listed. On the requester's thread. */
        default void requested() {}

        default void loadStarted(Entry entry) {}

        default void loaded(Entry entry, Duration took) {}

        default void unloaded(Entry entry) {}

        default void failed(Entry entry, String reason) {}

        /** A load that had started ended without a result because a newer request (or shutdown) does not want it. */
        default void abandoned(Entry entry) {}
    }
}
