package dev.caravan.metrics;

import dev.caravan.inference.ort.Engine;
import dev.caravan.processors.kafka.KafkaHub;
import dev.caravan.processors.session.Sessions;
import dev.caravan.processors.webrtc.Peers;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.camel.CamelContext;

/** The numbers of one hub: the registry, what feeds it, and {@code GET /metrics}. Thread-safe. */
public final class HubMetrics implements AutoCloseable {

    public static final String PATH = "/metrics";

    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    /** Before everything else, guards included: what they refuse counts too. */
    private static final int FIRST = -10_001;
    /** Behind the guards of the server, before the Camel routes. */
    private static final int ORDER = -1000;

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final SessionMetrics sessions = new SessionMetrics(registry);

    /** @param version of the hub */
    public HubMetrics(String version, Engine engine) {
        Gauge.builder("caravan.info", () -> 1)
                .description("The hub that runs")
                .tag("version", version)
                .tag("device", engine.provider().name().toLowerCase(Locale.ROOT))
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        collections.bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        add(new MemoryMetrics(engine).families());
    }

    /** Watches sessions and what leaves them; to be given to whoever opens sessions and sends frames. */
    public SessionMetrics sessions() {
        return sessions;
    }

    /**
     * Watches loads; to be given to the loader.
     *
     * @param pipelines ids that exist
     */
    public ModelMetrics models(Set<String> pipelines) {
        return new ModelMetrics(registry, pipelines);
    }

    /** Also tells who is connected. */
    public void watch(Sessions all, Peers peers) {
        FunctionCounter.builder("caravan.frames.dropped", all, Sessions::framesDroppedInCoolDown)
                .description("Frames that were not used, by cause")
                .tag("cause", "cool_down")
                .register(registry);
        add(new PeerMetrics(all, peers).families());
    }

    /** Also tells whether work may be sent to the hub. @param ready what {@code /health/ready} answers by */
    public void watch(BooleanSupplier ready) {
        Gauge.builder("caravan.ready", () -> ready.getAsBoolean() ? 1 : 0)
                .description("Whether the hub is ready for new sessions")
                .register(registry);
    }

    /** Also tells about Kafka. */
    public void watch(KafkaHub kafka) {
        add(new KafkaMetrics(kafka).families());
    }

    /** Also tells about routes. */
    public void watch(CamelContext camel) {
        registry.getPrometheusRegistry().register(new RouteMetrics(camel));
    }

    /** Counts all requests of the server and answers those for {@value #PATH}, on threads that may wait. */
    public void mount(Router router) {
        router.route().order(FIRST).handler(new HttpMetrics(registry, System::nanoTime));
        router.get(PATH).order(ORDER).blockingHandler(this::answer, false);
    }

    /** Everything, in one of the two text formats. */
    public String scrape(boolean openMetrics) {
        return registry.scrape(contentType(openMetrics));
    }

    private void answer(RoutingContext context) {
        String accept = context.request().getHeader("Accept");
        boolean openMetrics = accept != null && accept.contains("application/openmetrics-text");
        context.response()
                .putHeader("Content-Type", contentType(openMetrics))
                .putHeader("Cache-Control", "no-store")
                .end(Buffer.buffer(scrape(openMetrics)));
    }

    private static String contentType(boolean openMetrics) {
        return openMetrics ? OPEN_METRICS : TEXT;
    }

    private void add(List<Scraped> families) {
        families.forEach(registry.getPrometheusRegistry()::register);
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }
}
