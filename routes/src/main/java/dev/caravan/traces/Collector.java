package dev.caravan.traces;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whoever gets the spans: says in one line that it is away, and in one that it is back. What it does not take is lost. */
final class Collector implements SpanExporter {

    private static final Logger LOG = LoggerFactory.getLogger(Collector.class);
    // Kept, because nobody else does. The library would write about each failure, with a stack trace, past the hub's log.
    private static final java.util.logging.Logger LIBRARY = java.util.logging.Logger.getLogger("io.opentelemetry.exporter");

    private final SpanExporter to;
    private final String name;
    private final AtomicBoolean away = new AtomicBoolean();

    /** @param name for the log */
    Collector(SpanExporter to, String name) {
        this.to = to;
        this.name = name;
        LIBRARY.setLevel(Level.OFF);
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        CompletableResultCode result = to.export(spans);
        return result.whenComplete(() -> told(result.isSuccess()));
    }

    private void told(boolean taken) {
        if (away.compareAndSet(taken, !taken)) {
            if (taken) {
                LOG.info("Traces reach {} again", name);
            } else {
                LOG.warn("Traces do not reach {} and are lost until they do: see that an OTLP collector listens there (gRPC)", name);
            }
        }
    }

    @Override
    public CompletableResultCode flush() {
        return to.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return to.shutdown();
    }
}
