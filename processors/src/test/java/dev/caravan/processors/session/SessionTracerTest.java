package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.processors.TraceContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a session tells who follows single frames in it. */
class SessionTracerTest {

    private static final TraceContext OF_INGEST = new TraceContext("1".repeat(32), "a".repeat(16), true);
    private static final TraceContext OF_CHUNK = new TraceContext("1".repeat(32), "b".repeat(16), true);

    private final List<String> told = new ArrayList<>();
    private final SessionObserver observer = SessionObserver.NONE.with(new SessionTracer() {
        @Override
        public OfOne opened(SessionObserver.Opened session) {
            return new Told();
        }
    });

    @Test
    void aFrameThatIsFollowedCarriesItIntoItsChunkAndOutOfIt() {
        HubByHand hub = HubByHand.with(FakePipeline.passthrough()).observer(observer);
        Session session = hub.open(Map.of());
        hub.frame(session, "rest", 7);
        assertEquals(
                List.of("arrived rest 7", "chunk 0 of [" + OF_INGEST + "] at -1", "ran 0: 1", "over with 1, whole"), told);
        Frame out = hub.heard.frames.getLast();
        assertEquals("pipeline:passthrough", out.origin().source());
        assertEquals(Optional.of(OF_CHUNK), TraceContext.of(out.origin()));
    }

    @Test
    void aFrameThatIsNotUsedIsNamedWithItsCause() {
        HubByHand hub = HubByHand.with(FakePipeline.passthrough()).observer(observer);
        Session session = hub.open(Map.of("paused", true));
        hub.settle();
        hub.frame(session, "rest", 3);
        assertEquals(List.of("arrived rest 3", "dropped 3 paused"), told);
    }

    @Test
    void aChunkThatFailsIsOverAllTheSame() {
        HubByHand hub = HubByHand.with(FakePipeline.passthrough().works(call -> {
            throw new PipelineException("no", false);
        })).observer(observer);
        hub.frame(hub.open(Map.of()), "rest", 1);
        assertEquals("over with 0, failed", told.getLast());
    }

    @Test
    void aControlIsToldBeforeTheChunkThatUsesItAndOneForTheHubAloneIsNotAwaited() {
        HubByHand hub = HubByHand.with(FakePipeline.passthrough()).observer(observer);
        Session session = hub.open(Map.of());
        hub.control(session, Control.Door.KAFKA, Map.of("noise_scale", 0.5));
        hub.control(session, Control.Door.KAFKA, Map.of("outputs", List.of("kafka")));
        hub.control(session, Control.Door.KAFKA, Map.of("noise_scale", "high"));
        hub.frame(session, "rest", 1);
        assertEquals(
                List.of("control 0 awaited", "control 1", "control -1 with 1 errors", "arrived rest 1",
                        "chunk 0 of [" + OF_INGEST + "] at 1", "ran 0: 1", "over with 1, whole"),
                told);
    }

    @Test
    void nobodyIsTheSameConstantAllTheWay() {
        SessionTracer nobody = SessionObserver.NONE.tracer();
        assertSame(SessionTracer.NONE, nobody);
        SessionTracer.OfOne session = nobody.opened(new SessionObserver.Opened("s", Control.Door.REST, List.of("p"), 0));
        assertSame(SessionTracer.OfOne.NONE, session);
        Frame frame = Frame.incoming("s", 0, 0, Origin.of("rest"), Pictures.gray(4, 2, 1));
        assertSame(frame, session.arrived(Entrance.REST, frame));
        assertSame(SessionTracer.OfChunk.NONE, session.chunk(0, List.of(frame), -1));
        assertSame(frame.origin(), SessionTracer.OfChunk.NONE.origin(frame.origin()));
        assertSame(SessionTracer.Departure.NONE, nobody.leaving(Exit.KAFKA, frame));
    }

    private final class Told implements SessionTracer.OfOne {

        @Override
        public Frame arrived(Entrance entrance, Frame frame) {
            told.add("arrived " + entrance.wireName() + " " + frame.sequence());
            return new Frame(frame.sessionId(), frame.sequence(), frame.timestampMicros(), frame.chunk(),
                    OF_INGEST.on(frame.origin()), frame.picture(), frame.arrivedMicros());
        }

        @Override
        public void dropped(Drops.Cause cause, Frame frame) {
            told.add("dropped " + frame.sequence() + " " + cause.wireName());
        }

        @Override
        public void control(Control control, Session.Receipt receipt, boolean awaited) {
            told.add("control " + receipt.offset() + (awaited ? " awaited" : "")
                    + (receipt.errors().isEmpty() ? "" : " with " + receipt.errors().size() + " errors"));
        }

        @Override
        public SessionTracer.OfChunk chunk(long chunk, List<Frame> in, long offset) {
            told.add("chunk " + chunk + " of " + in.stream().map(f -> TraceContext.of(f.origin()).orElseThrow()).toList() + " at " + offset);
            return new SessionTracer.OfChunk() {
                @Override
                public Origin origin(Origin origin) {
                    return OF_CHUNK.on(origin);
                }

                @Override
                public void ran(int node, long nanos, Chunk made) {
                    told.add("ran " + node + ": " + made.frames());
                }

                @Override
                public void over(int framesOut, boolean whole) {
                    told.add("over with " + framesOut + ", " + (whole ? "whole" : "failed"));
                }
            };
        }
    }
}
