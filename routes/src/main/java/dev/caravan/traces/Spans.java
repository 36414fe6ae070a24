package dev.caravan.traces;

import dev.caravan.processors.TraceContext;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.Clock;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Begins spans, all with times of one clock, and knows the names of attributes. Thread-safe. */
record Spans(Tracer tracer, Clock clock) {

    static final AttributeKey<String> SESSION = AttributeKey.stringKey("caravan.session");
    static final AttributeKey<String> PIPELINE = AttributeKey.stringKey("caravan.pipeline");
    static final AttributeKey<Long> CHUNK = AttributeKey.longKey("caravan.chunk");
    static final AttributeKey<Long> FRAMES_IN = AttributeKey.longKey("caravan.frames.in");
    static final AttributeKey<Long> FRAMES_OUT = AttributeKey.longKey("caravan.frames.out");
    static final AttributeKey<String> STAGE = AttributeKey.stringKey("caravan.stage");
    static final AttributeKey<Long> SEQUENCE = AttributeKey.longKey("caravan.frame.sequence");
    static final AttributeKey<String> ENTRANCE = AttributeKey.stringKey("caravan.entrance");
    static final AttributeKey<String> EXIT = AttributeKey.stringKey("caravan.exit");
    static final AttributeKey<String> DROP_CAUSE = AttributeKey.stringKey("caravan.drop.cause");
    static final AttributeKey<String> DOOR = AttributeKey.stringKey("caravan.door");
    static final AttributeKey<Long> CONTROL_OFFSET = AttributeKey.longKey("caravan.control.offset");
    static final AttributeKey<Long> CONTROL_REFUSED = AttributeKey.longKey("caravan.control.refused");

    // Names of the OpenTelemetry semantic conventions.
    static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
    static final AttributeKey<String> HTTP_METHOD = AttributeKey.stringKey("http.request.method");
    static final AttributeKey<String> HTTP_ROUTE = AttributeKey.stringKey("http.route");
    static final AttributeKey<Long> HTTP_STATUS = AttributeKey.longKey("http.response.status_code");
    static final AttributeKey<String> URL_SCHEME = AttributeKey.stringKey("url.scheme");
    static final AttributeKey<String> MESSAGING_SYSTEM = AttributeKey.stringKey("messaging.system");
    static final AttributeKey<String> MESSAGING_DESTINATION = AttributeKey.stringKey("messaging.destination.name");
    static final AttributeKey<String> MESSAGING_PARTITION = AttributeKey.stringKey("messaging.destination.partition.id");
    static final AttributeKey<String> MESSAGING_OPERATION = AttributeKey.stringKey("messaging.operation.name");
    static final AttributeKey<String> MESSAGING_OPERATION_TYPE = AttributeKey.stringKey("messaging.operation.type");
    static final AttributeKey<Long> KAFKA_OFFSET = AttributeKey.longKey("messaging.kafka.offset");

    /** Nanoseconds since the Unix epoch. */
    long now() {
        return clock.now();
    }

    /** A span that begins now, or later changes its mind. */
    SpanBuilder child(String name, SpanKind kind, SpanContext parent) {
        return tracer.spanBuilder(name)
                .setSpanKind(kind)
                .setParent(Context.root().with(Span.wrap(parent)))
                .setStartTimestamp(now(), TimeUnit.NANOSECONDS);
    }

    /** One that nobody caused. */
    SpanBuilder root(String name, SpanKind kind) {
        return tracer.spanBuilder(name).setSpanKind(kind).setNoParent().setStartTimestamp(now(), TimeUnit.NANOSECONDS);
    }

    /** Below what the caller told, where there is one. */
    SpanBuilder begin(String name, SpanKind kind, Optional<TraceContext> caller) {
        return caller.isPresent() ? child(name, kind, remote(caller.get())) : root(name, kind);
    }

    void end(Span span) {
        span.end(now(), TimeUnit.NANOSECONDS);
    }

    static SpanContext remote(TraceContext context) {
        TraceFlags flags = context.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault();
        return SpanContext.createFromRemoteParent(context.traceId(), context.spanId(), flags, TraceState.getDefault());
    }

    static TraceContext context(Span span) {
        SpanContext context = span.getSpanContext();
        return new TraceContext(context.getTraceId(), context.getSpanId(), context.isSampled());
    }
}
