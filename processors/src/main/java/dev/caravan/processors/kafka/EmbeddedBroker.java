package dev.caravan.processors.kafka;

import dev.caravan.processors.kafka.BrokerState.Closed;
import dev.caravan.processors.kafka.BrokerState.Down;
import dev.caravan.processors.kafka.BrokerState.Running;
import dev.caravan.processors.kafka.BrokerState.Starting;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Keeps one Kafka broker running beside the hub: starts its process, watches it, starts it again on the same port when it ends, loses
 * its folder or stops answering. See {@link BrokerState} for its life. Starting returns at once; all work happens on one thread of its
 * own. Thread-safe.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final int SILENT_PROBES = 3;
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(12);

    private final BrokerSettings settings;
    private final int port;
    private final RandomGenerator random;
    private final BrokerLog log;
    private final Runnable onRunning;
    private final BrokerListener listener;
    private final Thread supervisor;
    private final CountDownLatch closing = new CountDownLatch(1);

    // Written by the supervisor alone, except for the last value, Closed; read by whoever asks.
    private volatile BrokerState state = new Starting();

    private EmbeddedBroker(BrokerSettings settings, RandomGenerator random, Runnable onRunning, BrokerListener listener) {
        this.settings = settings;
        this.random = random;
        this.onRunning = onRunning;
        this.listener = listener;
        this.port = settings.port() == 0 ? LoopbackPort.pick(random) : settings.port();
        this.log = new BrokerLog(settings.logFile());
        this.supervisor = Thread.ofPlatform().name("kafka-broker-supervisor").daemon().unstarted(this::supervise);
    }

    /**
     * Takes a port; starts nothing yet.
     *
     * @param onRunning called on the supervisor's thread each time the broker begins to answer
     * @param listener  told, on the same thread, when it is down and why
     */
    static EmbeddedBroker prepare(BrokerSettings settings, RandomGenerator random, Runnable onRunning, BrokerListener listener) {
        return new EmbeddedBroker(settings, random, onRunning, listener);
    }

    /** Starts the broker and returns at once. */
    void begin() {
        supervisor.start();
    }

    /** Where clients connect; known at once and the same for the hub's whole life. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    public BrokerState state() {
        return state;
    }

    /** Why it does not run; empty when it does. */
    Optional<String> trouble() {
        BrokerState now = state;
        return now instanceof Running ? Optional.empty() : Optional.of(now.describe());
    }

    private void supervise() {
        Duration backoff = settings.firstBackoff();
        while (closing.getCount() > 0) {
            String reason;
            boolean ran = false;
            try {
                reason = runOnce();
                ran = state instanceof Running;
            } catch (IOException e) {
                reason = "the embedded broker cannot be started: " + e.getMessage();
            } catch (InterruptedException e) {
                break;
            }
            if (closing.getCount() == 0) {
                break;
            }
            backoff = ran ? settings.firstBackoff() : min(backoff.multipliedBy(2), settings.lastBackoff());
            down(reason, backoff);
            try {
                closing.await(backoff.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                break;
            }
        }
        state = new Closed();
    }

    /** One life of the child. Returns why it ended. */
    private String runOnce() throws IOException, InterruptedException {
        if (!LoopbackPort.isFree(port)) {
            return "port " + port + " is taken; use --kafka-port 0 or --kafka HOST:PORT";
        }
        enter(new Starting());
        Files.createDirectories(settings.dataFolder());
        long begun = System.nanoTime();
        try (BrokerChild child = BrokerChild.launch(settings, port, LoopbackPort.pick(random), log)) {
            long limit = begun + settings.startLimit().toNanos();
            while (!child.awaitReady(Duration.ofMillis(200))) {
                if (closing.getCount() == 0) {
                    return "closed";
                }
                if (!child.alive()) {
                    return ended(child);
                }
                if (System.nanoTime() > limit) {
                    return "the embedded broker was not ready after " + settings.startLimit().toSeconds() + " s";
                }
            }
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            enter(new Running(child.pid(), took));
            onRunning.run();
            return watch(child);
        }
    }

    private String watch(BrokerChild child) throws InterruptedException {
        int silent = 0;
        while (!closing.await(settings.probeEvery().toMillis(), TimeUnit.MILLISECONDS)) {
            if (!child.alive()) {
                return ended(child);
            }
            if (!Files.exists(settings.dataFolder().resolve(BrokerProperties.META))) {
                child.kill();
                return "the data folder of the embedded broker was removed";
            }
            silent = LoopbackPort.answers(port, settings.probeLimit()) ? 0 : silent + 1;
            if (silent == SILENT_PROBES) {
                child.kill();
                return "the embedded broker stopped answering";
            }
        }
        return "closed";
    }

    private String ended(BrokerChild child) {
        if (!Files.exists(settings.dataFolder().resolve(BrokerProperties.META)) && state instanceof Running) {
            return "the data folder of the embedded broker was removed";
        }
        if (diskFull()) {
            return "the disk of the Kafka data folder is full; the broker starts again when there is space";
        }
        String why = log.lastError();
        return "the embedded broker ended with status " + child.exitStatus() + (why.isEmpty() ? "" : ": " + why);
    }

    /** Less than a broker needs to format and start. */
    private boolean diskFull() {
        try {
            return Files.getFileStore(settings.folder()).getUsableSpace() < 1 << 20
                    || log.lastError().contains("No space left on device");
        } catch (IOException gone) {
            return false;
        }
    }

    private void down(String why, Duration backoff) {
        // The reason is shown to clients of the hub, whom its folders are no business of.
        String reason = why.replace(settings.folder().toString(), "<Kafka folder>");
        boolean news = !(state instanceof Down before && before.reason().equals(reason));
        state = new Down(reason, backoff);
        if (news) {
            listener.down(bootstrapServers(), reason);
        }
    }

    private void enter(BrokerState next) {
        // A broker that keeps failing stays "down, because" for whoever asks while it is tried again.
        if (next instanceof Starting && state instanceof Down) {
            return;
        }
        state = next;
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Ends the broker in order; waits for it, at most 12 seconds. */
    @Override
    public void close() {
        closing.countDown();
        try {
            supervisor.join(CLOSE_LIMIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        state = new Closed();
    }
}
