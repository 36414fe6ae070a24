package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.processors.session.SessionEvent.Type;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ChunkTest {

    private final FakePipeline pipeline = FakePipeline.passthrough();
    private final HubByHand hub = HubByHand.with(pipeline);

    @Test
    void aFrameThatPassesThroughKeepsItsPixelsAndItsTimeAndGetsANumber() {
        Session session = hub.open(Map.of());
        Frame in = Pictures.frame("s", "camera", 7);
        session.offer(in);
        hub.settle();
        Frame out = hub.heard.frames.getFirst();
        assertSame(in.picture(), out.picture());
        assertEquals(new Frame("s", 0, in.timestampMicros(), 0, out.origin(), in.picture()), out);
        assertEquals("pipeline:passthrough", out.origin().source());
        assertSame(out, session.latestFrame().orElseThrow());
        hub.frame(session, "camera", 8);
        assertEquals(1, hub.heard.frames.getLast().sequence());
        assertEquals(1, hub.heard.frames.getLast().chunk());
    }

    @Test
    void theFirstFrameThatLeavesIsToldOnce() {
        Session session = hub.open(Map.of());
        hub.advance(Duration.ofMillis(120));
        hub.frame(session, "camera", 0);
        hub.frame(session, "camera", 1);
        assertEquals(List.of(120L), hub.heard.events(Type.PLAYBACK_READY).stream().map(e -> e.data().get("ttff_ms")).toList());
    }

    @Test
    void chunksAreToldAtMostFourTimesASecondAndNoneIsForgotten() {
        Session session = hub.open(Map.of());
        for (int i = 0; i < 60; i++) {
            hub.frame(session, "camera", i);
            hub.advance(Duration.ofMillis(33));
        }
        List<SessionEvent> told = hub.heard.events(Type.CHUNK);
        assertTrue(told.size() >= 7 && told.size() <= 9, told.size() + " events");
        long last = (long) told.getLast().data().get("chunk");
        assertEquals(last + 1, told.stream().mapToLong(e -> (long) e.data().get("chunks")).sum());
        assertEquals(-1L, told.getLast().data().get("control_offset"));
    }

    @Test
    void aChunkThatFailsIsSkippedAndToldAndTheSessionGoesOn() {
        Session session = hub.open(Map.of());
        failOn(0, new PipelineException("a glitch", false));
        hub.frame(session, "camera", 0);
        hub.advance(Duration.ofSeconds(1));
        hub.frame(session, "camera", 1);
        assertEquals(List.of(1L), hub.heard.inputs());
        assertEquals("a glitch", hub.heard.events(Type.ERROR).getFirst().data().get("message"));
        assertEquals(false, hub.heard.events(Type.ERROR).getFirst().data().get("fatal"));
        assertEquals(Map.of("chunk_failed", 1L), session.snapshot().dropped());
    }

    @Test
    void aBugInAPipelineIsToldWithoutWhatOnlyTheLogMayKnow() {
        Session session = hub.open(Map.of());
        failOn(0, new IllegalStateException("/home/secret/path"));
        hub.frame(session, "camera", 0);
        String message = (String) hub.heard.events(Type.ERROR).getFirst().data().get("message");
        assertFalse(message.contains("secret"), message);
        assertEquals("streaming", session.snapshot().state());
    }

    @Test
    void failuresAreToldNowAndThenAndTenInARowAreFatal() {
        Session session = hub.open(Map.of());
        pipeline.works(call -> {
            throw new PipelineException("always", false);
        });
        for (int i = 0; i < ChunkMaker.FAILURES_IN_A_ROW; i++) {
            assertEquals("streaming", session.snapshot().state());
            hub.frame(session, "camera", i);
            hub.advance(Duration.ofMillis(1001));
        }
        assertEquals("closed", session.snapshot().state());
        assertEquals(Optional.of("10 chunks failed in a row; the last one: always"), session.snapshot().error());
        assertEquals(2 + 1, hub.heard.events(Type.ERROR).size(), "at 0 s and 5 s, and the fatal one");
    }

    @Test
    void aPipelineThatFailsWithoutInputIsNotCalledInATightLoop() {
        FakePipeline generator = FakePipeline.generator(30).works(call -> {
            throw new PipelineException("always", false);
        });
        HubByHand text = HubByHand.with(generator);
        text.open(Map.of());
        text.advance(Duration.ofMillis(50));
        assertEquals(1, generator.calls.size());
        text.advance(Duration.ofSeconds(10));
        assertEquals(ChunkMaker.FAILURES_IN_A_ROW, generator.calls.size());
    }

    @Test
    void aFatalFailureStopsTheStreamWithItsReasonAndLeavesOthersAlone() {
        Session session = hub.open(Map.of());
        Session other = hub.open("other", Control.Door.REST, Map.of());
        failOn(0, new PipelineException("the device is gone", true));
        hub.frame(session, "camera", 0);
        SessionEvent stopped = hub.heard.events(Type.STREAM_STOPPED).getFirst();
        assertEquals("s", stopped.sessionId());
        assertEquals("the device is gone", stopped.data().get("error_message"));
        assertEquals(true, hub.heard.events(Type.ERROR).getFirst().data().get("fatal"));
        assertEquals(1, pipeline.openStreams);
        assertEquals(1, hub.leases.get("passthrough"));
        hub.frame(other, "camera", 1);
        assertEquals(List.of(1L), hub.heard.inputs());
    }

    @Test
    void runningOutOfMemoryIsFatalForTheSessionAndSaid() {
        Session session = hub.open(Map.of());
        pipeline.works(call -> {
            throw new OutOfMemoryError("Java heap space");
        });
        hub.frame(session, "camera", 0);
        assertEquals("closed", session.snapshot().state());
        assertTrue(session.snapshot().error().orElseThrow().startsWith("out of memory"));
    }

    @Test
    void picturesAreDecodedOnlyWhenAChunkTakesThem() {
        pipeline.takes(2);
        Session session = hub.open(Map.of());
        pipeline.works(call -> {
            for (int i = 10; pipeline.calls.size() == 1 && i < 18; i++) {
                session.offer(Pictures.encoded("s", "kafka", i, "jpeg" + i));
            }
        });
        session.offer(Pictures.encoded("s", "kafka", 0, "jpeg0"));
        assertEquals(List.of(), hub.decoded);
        session.offer(Pictures.encoded("s", "kafka", 1, "jpeg1"));
        hub.settle();
        assertEquals(List.of("jpeg0", "jpeg1", "jpeg10", "jpeg14", "jpeg15", "jpeg17"), hub.decoded);
        assertTrue(hub.heard.frames.stream().allMatch(f -> f.picture() instanceof Picture.I420));
    }

    @Test
    void aPictureThatCannotBeDecodedIsGivenBackAndTheSessionGoesOn() {
        pipeline.takes(2);
        Session session = hub.open(Map.of());
        Frame bad = Pictures.encoded("s", "kafka", 0, "bad one");
        session.offer(bad);
        session.offer(Pictures.encoded("s", "kafka", 1, "good"));
        hub.settle();
        assertEquals(List.of(new FrameRejected(bad, "not a picture: bad one")), hub.heard.rejected);
        SessionEvent told = hub.heard.events(Type.FRAME_REJECTED).getFirst();
        assertEquals("kafka", told.data().get("source"));
        assertEquals(0L, told.data().get("sequence"));
        assertEquals(Map.of("undecodable", 1L), session.snapshot().dropped());
        session.offer(Pictures.encoded("s", "kafka", 2, "better"));
        hub.settle();
        assertEquals(List.of(1L, 2L), pipeline.lastCall().in().stream().map(Frame::sequence).toList());
        assertEquals(List.of("bad one", "good", "better"), hub.decoded, "what is decoded is not decoded again");
    }

    @Test
    void badPicturesInFrontDoNotHoldUpTheGoodOneBehindThem() {
        Session session = hub.open(Map.of());
        for (int i = 0; i < 3; i++) {
            session.offer(Pictures.encoded("s", "kafka", i, "bad" + i));
        }
        session.offer(Pictures.encoded("s", "kafka", 3, "good"));
        hub.settle();
        assertEquals(1, hub.heard.frames.size());
        assertEquals(3, hub.heard.rejected.size());
    }

    @Test
    void theModeMayChangeWhileItRuns() {
        FakePipeline card = FakePipeline.generator(10);
        HubByHand both = HubByHand.with(card);
        Session session = both.open(Map.of());
        assertEquals("text", session.snapshot().mode());
        both.frame(session, "camera", 0);
        assertEquals(1L, session.snapshot().dropped().get("text_mode"));
        both.control(session, Control.Door.DATA_CHANNEL, Map.of("input_mode", "video"));
        int made = card.calls.size();
        both.advance(Duration.ofSeconds(1));
        assertEquals("video", session.snapshot().mode());
        assertTrue(card.calls.size() <= made + 1, "waits for input");
        both.frame(session, "camera", 1);
        assertEquals(1, card.lastCall().in().size());
        both.control(session, Control.Door.DATA_CHANNEL, Map.of("input_mode", "text"));
        both.advance(Duration.ofSeconds(1));
        assertEquals(List.of(), card.lastCall().in());
    }

    @Test
    void aSessionThatBeginsWithVideoSaysSoThoughItsPipelinePrefersText() {
        HubByHand both = HubByHand.with(FakePipeline.generator(10));
        Session session = both.open(Map.of("input_mode", "video"));
        both.frame(session, "camera", 0);
        assertEquals("video", session.snapshot().mode());
    }

    @Test
    void aModeTheMainPipelineCannotDoIsNotForcedOnIt() {
        pipeline.modes("video");
        Session session = hub.open(Map.of("input_mode", "text"));
        hub.frame(session, "camera", 0);
        assertEquals(1, hub.heard.frames.size());
        assertEquals("video", session.snapshot().mode());
        assertEquals(Optional.of("video"), pipeline.lastCall().parameters().get("input_mode"));
    }

    @Test
    void inAChainEachNodeTakesTheChunksItWants() {
        FakePipeline gray = new FakePipeline("gray").usage("preprocessor");
        FakePipeline main = new FakePipeline("main").takes(3);
        FakePipeline twice = new FakePipeline("twice").usage("postprocessor").takes(2);
        HubByHand chain = HubByHand.with(gray, main, twice);
        Session session = chain.open(Map.of());
        for (int i = 0; i < 6; i++) {
            chain.frame(session, "camera", i);
        }
        assertEquals(6, gray.calls.size());
        assertEquals(2, main.calls.size());
        assertEquals(3, twice.calls.size());
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L), chain.heard.inputs());
        assertEquals(List.of("gray", "main", "twice"), session.snapshot().pipelines());
        assertEquals("pipeline:main", chain.heard.frames.getFirst().origin().source());
    }

    @Test
    void inTextModeAChainBeginsAtTheNodeThatGenerates() {
        FakePipeline gray = new FakePipeline("gray").usage("preprocessor").modes("video");
        gray.generatesNothing();
        FakePipeline main = FakePipeline.generator(10);
        HubByHand chain = HubByHand.with(gray, main);
        chain.open(Map.of());
        chain.advance(Duration.ofSeconds(1));
        assertEquals(0, gray.calls.size());
        assertTrue(main.calls.size() > 5);
    }

    @Test
    void theStreamsOfAChainAreAllClosedWhenOneCannotBeOpened() {
        FakePipeline first = new FakePipeline("first").usage("preprocessor");
        FakePipeline second = new FakePipeline("second").refusesToOpen("no");
        HubByHand chain = HubByHand.with(first, second);
        chain.open(Map.of());
        assertEquals(1, first.opened);
        assertEquals(0, first.openStreams);
        assertEquals(Map.of("first", 0, "second", 0), chain.leases);
    }

    private void failOn(int call, Exception failure) {
        pipeline.works(c -> {
            if (pipeline.calls.size() == call + 1) {
                switch (failure) {
                    case PipelineException e -> throw e;
                    case RuntimeException e -> throw e;
                    default -> throw new AssertionError(failure);
                }
            }
        });
    }
}
