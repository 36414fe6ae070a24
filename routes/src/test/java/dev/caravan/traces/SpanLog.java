package dev.caravan.traces;

import dev.caravan.TestHub;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A hub with traces, and what they tell. Thread-safe once started. */
public final class SpanLog implements AutoCloseable {

    public static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e47";
    public static final String CALLER = "00f067aa0ba902b7";

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private HubTraces traces;
    private final TestHub hub;

    private SpanLog(double share, String... flags) {
        String[] all = Stream.concat(Stream.of("--traces-sample=" + share), Stream.of(flags))
                .toArray(String[]::new);
        hub = TestHub.traced((settings, version) -> {
            traces = HubTraces.to(exporter, settings.sample(), version);
            return traces;
        }, all);
    }

    public static SpanLog start(double share, String... flags) {
        return new SpanLog(share, flags);
    }

    public TestHub hub() {
        return hub;
    }

    /** A header of somebody who follows the trace of that number, 0 to 99. */
    public static String followed(int trace) {
        return "00-" + id(trace) + "-" + CALLER + "-01";
    }

    public static String id(int trace) {
        return TRACE + String.format("%02d", trace);
    }

    /** All that is finished. */
    public List<SpanData> now() {
        traces.flush();
        return exporter.getFinishedSpanItems();
    }

    /** The one of that name in that trace, as soon as it is there. */
    public SpanData await(int trace, String name) {
        return await(name + " in " + id(trace), span -> span.getTraceId().equals(id(trace)) && span.getName().equals(name));
    }

    public SpanData await(String what, Predicate<SpanData> wanted) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < end) {
            for (SpanData span : now()) {
                if (wanted.test(span)) {
                    return span;
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        throw new AssertionError("no span: " + what + "; there are " + now().stream().map(SpanData::getName).toList());
    }

    public static Map<String, Object> attributes(SpanData span) {
        Map<String, Object> all = new HashMap<>();
        span.getAttributes().forEach((key, value) -> all.put(key.getKey(), value));
        return all;
    }

    @Override
    public void close() {
        hub.close();
    }
}
