package dev.caravan.traces;

import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.TraceContext;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.Drops;
import dev.caravan.processors.session.Entrance;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.session.SessionTracer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;

/** Follows what is in one session. */
final class SessionTraces implements SessionTracer.OfOne {

    /** A frame that tells of an older arrival tells of something else: when a file was made, for example. */
    private static final long LONGEST_ARRIVAL_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** Of controls that wait for a chunk; a session may rest for long. */
    private static final int MAX_CONTROLS = 32;

    private record Waiting(long offset, SpanContext control) {}

    private final SessionObserver.Opened session;
    private final Spans spans;
    private final Sampling sampling;
    // Added to under the lock of the session's log, one at a time; taken from by the thread that makes chunks.
    private final ConcurrentLinkedDeque<Waiting> controls = new ConcurrentLinkedDeque<>();

    SessionTraces(SessionObserver.Opened session, Spans spans, Sampling sampling) {
        this.session = session;
        this.spans = spans;
        this.sampling = sampling;
    }

    @Override
    public Frame arrived(Entrance entrance, Frame frame) {
        Optional<TraceContext> caller = TraceContext.of(frame.origin());
        if (!sampling.follows(caller)) {
            return frame;
        }
        long now = spans.now();
        long arrived = TimeUnit.MICROSECONDS.toNanos(frame.arrivedMicros());
        SpanKind kind = entrance == Entrance.KAFKA ? SpanKind.CONSUMER : SpanKind.INTERNAL;
        SpanBuilder span = spans.begin("frame ingest", kind, caller)
                .setStartTimestamp(arrived <= now && now - arrived < LONGEST_ARRIVAL_NANOS ? arrived : now, TimeUnit.NANOSECONDS)
                .setAttribute(Spans.SESSION, session.id())
                .setAttribute(Spans.ENTRANCE, entrance.wireName())
                .setAttribute(Spans.SEQUENCE, frame.sequence());
        record(span, frame.origin().details());
        Span done = span.startSpan();
        done.end(now, TimeUnit.NANOSECONDS);
        return new Frame(
                frame.sessionId(),
                frame.sequence(),
                frame.timestampMicros(),
                frame.chunk(),
                Spans.context(done).on(frame.origin()),
                frame.picture(),
                frame.arrivedMicros());
    }

    /** What tells which record of Kafka it was, where it was one. */
    private static void record(SpanBuilder span, Map<String, Object> details) {
        if (details.get("topic") instanceof String topic) {
            span.setAttribute(Spans.MESSAGING_SYSTEM, "kafka")
                    .setAttribute(Spans.MESSAGING_OPERATION, "process")
                    .setAttribute(Spans.MESSAGING_OPERATION_TYPE, "process")
                    .setAttribute(Spans.MESSAGING_DESTINATION, topic);
            if (details.get("partition") instanceof Number partition) {
                span.setAttribute(Spans.MESSAGING_PARTITION, partition.toString());
            }
            if (details.get("offset") instanceof Number offset) {
                span.setAttribute(Spans.KAFKA_OFFSET, offset.longValue());
            }
        }
    }

    @Override
    public void dropped(Drops.Cause cause, Frame frame) {
        FrameTraces.followed(frame).ifPresent(context -> spans.end(spans.begin("frame drop", SpanKind.INTERNAL, Optional.of(context))
                .setAttribute(Spans.SESSION, session.id())
                .setAttribute(Spans.SEQUENCE, frame.sequence())
                .setAttribute(Spans.DROP_CAUSE, cause.wireName())
                .startSpan()));
    }

    @Override
    public void control(Control control, Session.Receipt receipt, boolean awaited) {
        Optional<TraceContext> caller = TraceContext.of(control.origin()).filter(TraceContext::sampled);
        if (caller.isEmpty()) {
            return;
        }
        SpanKind kind = control.door() == Control.Door.KAFKA ? SpanKind.CONSUMER : SpanKind.INTERNAL;
        SpanBuilder begin = spans.begin("control", kind, caller)
                .setAttribute(Spans.SESSION, session.id())
                .setAttribute(Spans.DOOR, control.door().wireName());
        record(begin, control.origin().details());
        Span span = begin.startSpan();
        if (receipt.offset() >= 0) {
            span.setAttribute(Spans.CONTROL_OFFSET, receipt.offset());
        }
        if (!receipt.errors().isEmpty()) {
            span.setAttribute(Spans.CONTROL_REFUSED, receipt.errors().size());
            span.setAttribute(Spans.ERROR_TYPE, "refused");
            span.setStatus(StatusCode.ERROR, "keys were refused");
        }
        spans.end(span);
        if (awaited) {
            if (controls.size() >= MAX_CONTROLS) {
                controls.pollFirst();
            }
            controls.addLast(new Waiting(receipt.offset(), span.getSpanContext()));
        }
    }

    @Override
    public SessionTracer.OfChunk chunk(long chunk, List<Frame> in, long offset) {
        List<SpanContext> frames = followed(in);
        List<SpanContext> news = appliedBy(offset);
        if (frames.isEmpty() && news.isEmpty() && !(in.isEmpty() && sampling.begins())) {
            return SessionTracer.OfChunk.NONE;
        }
        SpanBuilder span = frames.isEmpty()
                ? spans.root("chunk", SpanKind.INTERNAL)
                : spans.child("chunk", SpanKind.INTERNAL, frames.getFirst());
        frames.stream().skip(1).forEach(span::addLink);
        news.forEach(span::addLink);
        return new ChunkTrace(spans, session, span.setAttribute(Spans.SESSION, session.id())
                .setAttribute(Spans.CHUNK, chunk)
                .setAttribute(Spans.PIPELINE, session.mainPipeline())
                .setAttribute(Spans.FRAMES_IN, in.size())
                .startSpan());
    }

    private static List<SpanContext> followed(List<Frame> in) {
        List<SpanContext> found = List.of();
        for (int i = 0; i < in.size(); i++) {
            Optional<TraceContext> context = FrameTraces.followed(in.get(i));
            if (context.isPresent()) {
                found = found.isEmpty() ? new ArrayList<>() : found;
                found.add(Spans.remote(context.get()));
            }
        }
        return found;
    }

    private List<SpanContext> appliedBy(long offset) {
        List<SpanContext> news = List.of();
        for (Waiting first = controls.peekFirst(); first != null && first.offset() <= offset; first = controls.peekFirst()) {
            // Another may have made room for a newer one meanwhile.
            if (controls.remove(first)) {
                news = news.isEmpty() ? new ArrayList<>() : news;
                news.add(first.control());
            }
        }
        return news;
    }
}
