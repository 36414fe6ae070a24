package dev.caravan.traces;

import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.StageTime;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.session.SessionTracer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import java.util.concurrent.TimeUnit;

/** The span of one chunk, with one below it for each stage. */
final class ChunkTrace implements SessionTracer.OfChunk {

    private final Spans spans;
    private final SessionObserver.Opened session;
    private final Span span;

    ChunkTrace(Spans spans, SessionObserver.Opened session, Span span) {
        this.spans = spans;
        this.session = session;
        this.span = span;
    }

    @Override
    public Origin origin(Origin origin) {
        return Spans.context(span).on(origin);
    }

    /** What is known of stages is how long they took and their order, so each is drawn where the one before it ends. */
    @Override
    public void ran(int node, long nanos, Chunk made) {
        long begin = spans.now() - nanos;
        String pipeline = session.pipelines().get(node);
        if (made.stages().isEmpty() && session.pipelines().size() > 1) {
            part("node", pipeline, begin).end(begin + nanos, TimeUnit.NANOSECONDS);
        }
        for (StageTime stage : made.stages()) {
            Span part = part("stage " + stage.stage(), pipeline, begin);
            part.setAttribute(Spans.STAGE, stage.stage());
            begin += stage.nanos();
            part.end(begin, TimeUnit.NANOSECONDS);
        }
    }

    private Span part(String name, String pipeline, long begin) {
        return spans.child(name, SpanKind.INTERNAL, span.getSpanContext())
                .setStartTimestamp(begin, TimeUnit.NANOSECONDS)
                .setAttribute(Spans.PIPELINE, pipeline)
                .startSpan();
    }

    @Override
    public void over(int framesOut, boolean whole) {
        span.setAttribute(Spans.FRAMES_OUT, framesOut);
        if (!whole) {
            span.setAttribute(Spans.ERROR_TYPE, "failed");
            span.setStatus(StatusCode.ERROR, "the chunk failed");
        }
        spans.end(span);
    }
}
