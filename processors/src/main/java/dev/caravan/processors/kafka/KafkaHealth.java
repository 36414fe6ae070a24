package dev.caravan.processors.kafka;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;

/**
 * Whether Kafka can be reached, asked every few seconds by one thread, so that {@link #status()} costs nothing; the same thread creates
 * missing topics, also after the broker lost them. Its listener hears of every change, and of each reason of an absence, once. Thread-safe.
 */
public final class KafkaHealth implements AutoCloseable {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final int MOST_REASONS = 4;
    private static final String UP = "";

    private final KafkaConnection connection;
    private final KafkaTopics topics;
    private final Supplier<Optional<String>> brokersReason;
    private final Duration every;
    private final InstantSource clock;
    private final BrokerListener listener;
    private final Thread watch;
    private final Semaphore wake = new Semaphore(0);
    // What the listener has heard of the present: UP, or the reasons of this absence, each worth one line. Guarded by this.
    private final Set<String> told = new HashSet<>();
    private volatile boolean closed;
    private volatile Status status;

    /**
     * @param reachable whether the last question was answered, and records can be written
     * @param reason    why not, in one line
     * @param since     when that began
     * @param topics    names of the hub's topics that exist
     */
    public record Status(boolean reachable, Optional<String> reason, Instant since, List<String> topics) {}

    /** @param brokersReason what the embedded broker says of itself when it does not run; empty for a cluster of somebody else */
    KafkaHealth(
            KafkaConnection connection,
            KafkaTopics topics,
            Supplier<Optional<String>> brokersReason,
            Duration every,
            InstantSource clock,
            BrokerListener listener) {
        this.connection = connection;
        this.topics = topics;
        this.brokersReason = brokersReason;
        this.every = every;
        this.clock = clock;
        this.listener = listener;
        this.status = new Status(false, Optional.of("not asked yet"), clock.instant(), List.of());
        this.watch = Thread.ofPlatform().name("kafka-health").daemon().unstarted(this::watch);
    }

    void start() {
        watch.start();
    }

    /** The last answer, with the embedded broker's own reason when it is down. */
    public Status status() {
        Status last = status;
        return brokersReason
                .get()
                .map(reason -> new Status(false, Optional.of(reason), last.since(), last.topics()))
                .orElse(last);
    }

    /** Another broker stands where the last answer came from, perhaps without its topics: forgets that answer and asks again now. */
    void brokerStarted() {
        synchronized (this) {
            note(false, Optional.of("the embedded broker has just started"), List.of());
            told.clear();
        }
        wake.release();
    }

    private void watch() {
        try {
            while (!closed) {
                try (Admin admin = Admin.create(adminProperties())) {
                    askUntilClosed(admin);
                } catch (KafkaException e) {
                    // No client can be made: mostly a name that does not resolve, perhaps not yet.
                    Throwable cause = e.getCause() == null ? e : e.getCause();
                    become(false, Optional.of("Kafka at " + connection.bootstrapServers() + ": " + KafkaRefusal.text(cause)), List.of());
                    pause();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void askUntilClosed(Admin admin) throws InterruptedException {
        boolean checked = false;
        while (!closed) {
            checked = ask(admin, checked);
            pause();
        }
    }

    private void pause() throws InterruptedException {
        wake.tryAcquire(every.toMillis(), TimeUnit.MILLISECONDS);
        wake.drainPermits();
    }

    private boolean ask(Admin admin, boolean checked) throws InterruptedException {
        try {
            Set<String> names = admin.listTopics().names().get(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (topics.ensure(admin, names, ANSWER_LIMIT)) {
                // Asked again at once: what was created must also be seen.
                wake.release();
                checked = false;
            } else if (!checked) {
                topics.check(admin, ANSWER_LIMIT);
                checked = true;
            }
            Set<String> ours = new TreeSet<>(topics.plan().names());
            ours.retainAll(names);
            Optional<String> trouble = topics.trouble(admin, names, ANSWER_LIMIT);
            become(trouble.isEmpty(), trouble.map(text -> "Kafka at " + connection.bootstrapServers() + ": " + text), List.copyOf(ours));
        } catch (ExecutionException e) {
            become(false, Optional.of("Kafka at " + connection.bootstrapServers() + ": " + KafkaRefusal.text(e.getCause())), List.of());
        } catch (TimeoutException e) {
            become(false, Optional.of("Kafka at " + connection.bootstrapServers() + " does not answer"), List.of());
        }
        return checked;
    }

    private synchronized void become(boolean reachable, Optional<String> reason, List<String> names) {
        note(reachable, reason, names);
        if (reachable) {
            if (!told.contains(UP)) {
                told.clear();
                told.add(UP);
                listener.up(connection.bootstrapServers());
            }
        } else if (brokersReason.get().isEmpty()) {
            // An embedded broker that is down said so itself.
            told.remove(UP);
            if (told.size() < MOST_REASONS && told.add(reason.orElse("Kafka is away"))) {
                listener.down(connection.bootstrapServers(), reason.orElse("Kafka is away"));
            }
        }
    }

    private void note(boolean reachable, Optional<String> reason, List<String> names) {
        Status before = status;
        status = new Status(reachable, reason, before.reachable() == reachable ? before.since() : clock.instant(), names);
    }

    private Map<String, Object> adminProperties() {
        Map<String, Object> properties = new HashMap<>(connection.clientProperties());
        properties.put(AdminClientConfig.CLIENT_ID_CONFIG, "caravan-health");
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) ANSWER_LIMIT.toMillis());
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) ANSWER_LIMIT.toMillis());
        properties.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1000L);
        return properties;
    }

    @Override
    public void close() {
        closed = true;
        wake.release();
        try {
            watch.join(Duration.ofSeconds(6));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
