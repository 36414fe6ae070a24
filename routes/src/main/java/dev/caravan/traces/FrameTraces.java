package dev.caravan.traces;

import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.TraceContext;
import dev.caravan.processors.session.Exit;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.session.SessionTracer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import java.util.Optional;

/** Makes spans of what sessions do with what is followed. Whatever is not followed allocates nothing here. */
final class FrameTraces implements SessionTracer {

    private static final String FRAMES_OUT_TOPIC = "caravan.frames.out";

    private final Spans spans;
    private final Sampling sampling;

    FrameTraces(Spans spans, Sampling sampling) {
        this.spans = spans;
        this.sampling = sampling;
    }

    @Override
    public OfOne opened(SessionObserver.Opened session) {
        return new SessionTraces(session, spans, sampling);
    }

    @Override
    public Departure leaving(Exit exit, Frame frame) {
        Optional<TraceContext> chunk = followed(frame);
        if (chunk.isEmpty()) {
            return Departure.NONE;
        }
        boolean kafka = exit == Exit.KAFKA;
        SpanBuilder span = spans.begin("frame egress", kafka ? SpanKind.PRODUCER : SpanKind.INTERNAL, chunk)
                .setAttribute(Spans.SESSION, frame.sessionId())
                .setAttribute(Spans.EXIT, exit.wireName())
                .setAttribute(Spans.SEQUENCE, frame.sequence())
                .setAttribute(Spans.CHUNK, frame.chunk());
        if (kafka) {
            span.setAttribute(Spans.MESSAGING_SYSTEM, "kafka")
                    .setAttribute(Spans.MESSAGING_OPERATION, "send")
                    .setAttribute(Spans.MESSAGING_OPERATION_TYPE, "send")
                    .setAttribute(Spans.MESSAGING_DESTINATION, FRAMES_OUT_TOPIC);
        }
        return new Sending(span.startSpan());
    }

    static Optional<TraceContext> followed(Frame frame) {
        return TraceContext.of(frame.origin()).filter(TraceContext::sampled);
    }

    private final class Sending implements Departure {

        private final Span span;

        Sending(Span span) {
            this.span = span;
        }

        @Override
        public Optional<TraceContext> context() {
            return Optional.of(Spans.context(span));
        }

        @Override
        public void sent() {
            spans.end(span);
        }

        @Override
        public void lost(String why) {
            span.setAttribute(Spans.ERROR_TYPE, "lost");
            span.setStatus(StatusCode.ERROR, why);
            spans.end(span);
        }
    }
}
