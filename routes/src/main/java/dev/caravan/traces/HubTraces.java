package dev.caravan.traces;

import dev.caravan.processors.session.SessionTracer;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The traces of one hub: the SDK of OpenTelemetry, what feeds it, and the way to the collector. Made only where traces are on. Spans wait in
 * a bounded queue for a thread that sends them; those that find it full are lost, nobody waits. Thread-safe.
 */
public final class HubTraces implements AutoCloseable {

    private static final String SCOPE = "dev.caravan";
    private static final int QUEUE = 2048;
    private static final int BATCH = 512;
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration EXPORT_LIMIT = Duration.ofSeconds(5);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);
    /** Right behind the guards of the server: nobody whom they refuse makes spans. */
    private static final int ORDER = -8999;

    private final SdkTracerProvider provider;
    private final FrameTraces sessions;
    private final HttpTraces requests;

    private HubTraces(SpanExporter exporter, double share, String version) {
        provider = SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(resource(version)))
                // Only what is followed ever gets here.
                .setSampler(Sampler.alwaysOn())
                .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                        .setMaxQueueSize(QUEUE)
                        .setMaxExportBatchSize(BATCH)
                        .setScheduleDelay(EVERY)
                        .setExporterTimeout(EXPORT_LIMIT)
                        .build())
                .build();
        Spans spans = new Spans(provider.tracerBuilder(SCOPE).setInstrumentationVersion(version).build(), Clock.getDefault());
        sessions = new FrameTraces(spans, new Sampling(share, () -> ThreadLocalRandom.current().nextDouble()));
        requests = new HttpTraces(spans);
    }

    /**
     * Sends to an OTLP collector by gRPC. Returns at once, whether it is there or not.
     *
     * @param share   of what is followed when no caller says, 0 to 1
     * @param version of the hub
     */
    public static HubTraces to(URI collector, double share, String version) {
        SpanExporter exporter = OtlpGrpcSpanExporter.builder()
                .setEndpoint(collector.toString())
                .setTimeout(EXPORT_LIMIT)
                // What cannot be sent is lost: a hub that stops does not wait for a collector that is away.
                .setRetryPolicy(null)
                .build();
        String name = collector.getPort() < 0 ? collector.getHost() : collector.getHost() + ":" + collector.getPort();
        return new HubTraces(new Collector(exporter, name), share, version);
    }

    /** The same to somebody else. */
    public static HubTraces to(SpanExporter exporter, double share, String version) {
        return new HubTraces(exporter, share, version);
    }

    private static Resource resource(String version) {
        return Resource.create(Attributes.of(
                AttributeKey.stringKey("service.name"), "caravan",
                AttributeKey.stringKey("service.version"), version,
                AttributeKey.stringKey("service.instance.id"), UUID.randomUUID().toString()));
    }

    /** Follows what sessions do; to be hung on the observer of whoever opens sessions and sends frames. */
    public SessionTracer sessions() {
        return sessions;
    }

    /** Follows requests. */
    public void mount(Router router) {
        router.route().order(ORDER).handler(requests);
    }

    /** Sends what is finished now; waits for it, bounded. */
    public void flush() {
        provider.forceFlush().join(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Sends what is finished, within three seconds, and ends. */
    @Override
    public void close() {
        provider.shutdown().join(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }
}
