package dev.caravan.processors.kafka;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.session.SessionSnapshot;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.component.kafka.KafkaConfiguration;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.component.kafka.KafkaHeaderFilterStrategy;
import org.jspecify.annotations.Nullable;

/**
 * The hub's Kafka: an embedded broker or a cluster of somebody else, its topics, its health, and the beans of the Kafka routes.
 *
 * <p>Made before the Camel context starts, {@linkplain #bind bound} to it before its routes are loaded, closed after it has stopped, so
 * that the last events still arrive. Nothing here waits for a broker. Thread-safe.
 */
public final class KafkaHub implements AutoCloseable {

    private static final Duration HEALTH_EVERY = Duration.ofSeconds(2);
    private static final int FRAMES_ON_THE_WAY = 64;
    private static final int EVENTS_BACKLOG = 10_000;
    // Each may be as large as the largest record.
    private static final int DEAD_ON_THE_WAY = 16;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final KafkaConnection connection;
    private final KafkaOptions options;
    private final InstantSource clock;
    private final @Nullable EmbeddedBroker broker;
    private final KafkaHealth health;
    private final Counts counts = new Counts();
    private final ScopeEvents scopeEvents;
    private volatile Supplier<List<SessionSnapshot>> live = List::of;
    private volatile @Nullable ProducerTemplate template;

    private KafkaHub(
            KafkaConnection connection,
            KafkaOptions options,
            InstantSource clock,
            @Nullable EmbeddedBroker broker,
            KafkaHealth health) {
        this.connection = connection;
        this.options = options;
        this.clock = clock;
        this.broker = broker;
        this.health = health;
        this.scopeEvents = new ScopeEvents(clock, () -> live.get(), this::publish);
        health.start();
    }

    /** Without anybody who is told when it comes and goes. */
    public static KafkaHub embedded(BrokerSettings settings, KafkaOptions options, InstantSource clock, RandomGenerator random) {
        return embedded(settings, options, clock, random, BrokerListener.NONE);
    }

    /** Starts a broker of our own beside the hub. Returns at once. */
    public static KafkaHub embedded(
            BrokerSettings settings, KafkaOptions options, InstantSource clock, RandomGenerator random, BrokerListener listener) {
        KafkaHealth[] health = new KafkaHealth[1];
        EmbeddedBroker broker = EmbeddedBroker.prepare(settings, random, () -> health[0].brokerStarted(), listener);
        KafkaConnection connection = KafkaConnection.plaintext(broker.bootstrapServers());
        KafkaTopics topics = new KafkaTopics(options.plan(Optional.of((short) 1)), true);
        health[0] = new KafkaHealth(connection, topics, broker::trouble, HEALTH_EVERY, clock, listener);
        broker.begin();
        return new KafkaHub(connection, options, clock, broker, health[0]);
    }

    /** Without anybody who is told when it comes and goes. */
    public static KafkaHub cluster(KafkaConnection connection, KafkaOptions options, InstantSource clock) {
        return cluster(connection, options, clock, BrokerListener.NONE);
    }

    /** Uses a cluster of somebody else. Returns at once. */
    public static KafkaHub cluster(KafkaConnection connection, KafkaOptions options, InstantSource clock, BrokerListener listener) {
        KafkaTopics topics = new KafkaTopics(options.plan(Optional.empty()), false);
        KafkaHealth health = new KafkaHealth(connection, topics, Optional::empty, HEALTH_EVERY, clock, listener);
        return new KafkaHub(connection, options, clock, null, health);
    }

    /** Known at once and the same for the hub's whole life. */
    public String bootstrapServers() {
        return connection.bootstrapServers();
    }

    /** Reachable or not, why, and which of the hub's topics exist. Costs nothing. */
    public KafkaHealth.Status status() {
        return health.status();
    }

    /** Of the embedded broker; empty for a cluster of somebody else. */
    public Optional<BrokerState> broker() {
        return Optional.ofNullable(broker).map(EmbeddedBroker::state);
    }

    /** Names of the topics the hub uses, whether they exist yet or not. */
    public List<String> topics() {
        return options.plan(Optional.empty()).names();
    }

    /** What happened to records, by cause, since the start. */
    public Map<String, Long> counts() {
        return counts.snapshot();
    }

    /** To be told about loads and refused offers; tells nobody when no topic for the contract's events is set. */
    public ScopeEvents scopeEvents() {
        return scopeEvents;
    }

    /**
     * Gives a context what the Kafka routes need: the component's settings, the beans they name and the properties they read.
     *
     * @param wanted whether the session of an id wants its generated frames in Kafka
     * @param live   the live sessions, for heartbeats
     */
    public void bind(CamelContext context, Predicate<String> wanted, Supplier<List<SessionSnapshot>> live) {
        bind(context, wanted, live, SessionObserver.NONE);
    }

    /** The same; the observer is told of generated frames that Kafka has. */
    public void bind(
            CamelContext context, Predicate<String> wanted, Supplier<List<SessionSnapshot>> live, SessionObserver observer) {
        this.live = live;
        ProducerTemplate out = context.createProducerTemplate();
        template = out;
        configure(context.getComponent("kafka", KafkaComponent.class));
        ControlsIn controls = new ControlsIn(
                control -> send(out, "direct:kafka-control", exchange -> exchange.getMessage().setBody(control)),
                (record, reason) ->
                        send(out, "direct:kafka-controls-dead", exchange -> DeadLetter.write(exchange, record, reason)),
                options.controlHold(),
                clock,
                counts);
        Map<String, Object> beans = Map.of(
                "kafkaFramesIn",
                new FramesIn(options.ageLimit(), clock, counts, new Outlet("frames_in_dead", DEAD_ON_THE_WAY, counts)),
                "kafkaFramesOut",
                new FramesOut(wanted, options.outFps(), new Outlet("frames_out", FRAMES_ON_THE_WAY, counts), System::nanoTime,
                        clock, observer),
                "kafkaControls", controls,
                "kafkaControlsClients", new ControlsClientFactory(controls),
                "kafkaEvents", new EventsOut(new Outlet("events", EVENTS_BACKLOG, counts)),
                "kafkaScopeEvents", scopeEvents);
        beans.forEach((name, bean) -> context.getRegistry().bind(name, bean));
        properties().forEach(context.getPropertiesComponent()::addInitialProperty);
    }

    private Map<String, String> properties() {
        return Map.of(
                "caravan.kafka.group", options.group(),
                "caravan.kafka.out-quality", Integer.toString(options.outQuality()),
                "caravan.kafka.scope-events", Boolean.toString(options.scopeTopic().isPresent()),
                "caravan.kafka.scope-topic", options.scopeTopic().orElse("scope-events"));
    }

    private void configure(KafkaComponent component) {
        KafkaConfiguration configuration = component.getConfiguration();
        configuration.setBrokers(connection.bootstrapServers());
        configuration.setHeaderFilterStrategy(ForeignHeaderFilter.over(new KafkaHeaderFilterStrategy()));
        configuration.setAdditionalProperties(new HashMap<>(connection.security()));
        // Otherwise a cluster whose name does not resolve would keep the whole hub from starting.
        component.setLazyStartProducer(true);
        component.setKafkaClientFactory(new PatientConsumer.Factory());
        configuration.setPreValidateHostAndPort(false);
        configuration.setShutdownTimeout((int) Duration.ofSeconds(5).toMillis());
    }

    private static void send(ProducerTemplate template, String endpoint, Processor processor) throws Exception {
        Exchange done = template.send(endpoint, processor);
        if (done.getException() != null) {
            throw done.getException();
        }
    }

    private void publish(ScopeEvents.Event event) {
        ProducerTemplate out = template;
        if (out == null || options.scopeTopic().isEmpty()) {
            return;
        }
        try {
            byte[] value = MAPPER.writeValueAsBytes(event.body());
            out.sendBodyAndHeader("seda:kafka-scope-events?discardWhenFull=true", value, KafkaConstants.KEY, event.id());
            counts.add("scope_events");
        } catch (JsonProcessingException | RuntimeException e) {
            // Fire and forget, also while the context stops.
            counts.add("scope_events_lost");
        }
    }

    @Override
    public void close() {
        health.close();
        if (broker != null) {
            broker.close();
        }
    }
}
