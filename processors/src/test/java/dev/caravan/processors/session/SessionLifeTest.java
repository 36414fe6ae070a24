package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Origin;
import dev.caravan.processors.session.SessionEvent.Type;
import dev.caravan.processors.session.SessionRefusedException.Cause;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SessionLifeTest {

    private static final Duration GRACE = SessionLimits.DEFAULTS.closeGrace();
    private static final Duration IDLE = SessionLimits.DEFAULTS.idlePause();
    private static final Duration MOMENT = Duration.ofMillis(100);

    private final FakePipeline pipeline = FakePipeline.passthrough();
    private final HubByHand hub = HubByHand.with(pipeline);

    @Test
    void aSessionStreamsOnceItsStreamsAreOpenAndEveryStepIsTold() {
        Session session = hub.open(Map.of());
        assertEquals("streaming", session.snapshot().state());
        List<SessionEvent> steps = hub.heard.events(Type.STATE);
        assertEquals(List.of("none", "opening"), steps.stream().map(e -> e.data().get("from")).toList());
        assertEquals(List.of("opening", "streaming"), hub.heard.states());
        assertEquals("opened by opener", steps.getFirst().data().get("reason"));
        assertEquals(List.of("passthrough"), steps.getFirst().data().get("pipeline_ids"));
        assertEquals("u", steps.getFirst().data().get("user_id"));
        assertEquals(HandTiming.EPOCH_MILLIS, steps.getFirst().timestampMs());
    }

    @Test
    void aPausedControlStopsChunksAtOnceAndFramesThatArriveAreDropped() {
        Session session = hub.open(Map.of());
        hub.frame(session, "camera", 0);
        hub.control(session, Control.Door.DATA_CHANNEL, Map.of("paused", true));
        assertEquals("paused", session.snapshot().state());
        hub.frame(session, "camera", 1);
        assertEquals(1, pipeline.calls.size());
        assertEquals(Map.of("paused", 1L), session.snapshot().dropped());
        hub.control(session, Control.Door.DATA_CHANNEL, Map.of("paused", false));
        hub.frame(session, "camera", 2);
        assertEquals(List.of(0L, 2L), hub.heard.inputs());
        assertEquals(List.of("opening", "streaming", "paused", "streaming"), hub.heard.states());
    }

    @Test
    void aSessionMayBeOpenedPaused() {
        Session session = hub.open(Map.of("paused", true));
        assertEquals("paused", session.snapshot().state());
    }

    @Test
    void aTextModeSessionThatNobodyWatchesRestsUntilAViewerComes() throws Exception {
        FakePipeline generator = FakePipeline.generator(10);
        HubByHand text = HubByHand.with(generator);
        Session session = text.open(Map.of());
        text.advance(IDLE.minus(MOMENT));
        assertEquals("streaming", session.snapshot().state());
        text.advance(MOMENT.multipliedBy(2));
        assertEquals("paused", session.snapshot().state());
        int made = generator.calls.size();
        text.advance(Duration.ofMinutes(5));
        assertEquals(made, generator.calls.size());

        Session.Attachment viewer = session.attachViewer("webrtc:1");
        text.settle();
        assertEquals("streaming", session.snapshot().state());
        text.advance(IDLE.multipliedBy(2));
        assertEquals("streaming", session.snapshot().state());
        viewer.close();
        text.advance(IDLE.plus(MOMENT));
        assertEquals("paused", session.snapshot().state());
    }

    @Test
    void askingForTheNewestFrameIsWatching() {
        HubByHand text = HubByHand.with(FakePipeline.generator(10));
        Session session = text.open(Map.of());
        text.advance(IDLE.plus(MOMENT));
        assertEquals("paused", session.snapshot().state());
        assertTrue(session.latestFrame().isPresent());
        text.settle();
        assertEquals("streaming", session.snapshot().state());
    }

    @Test
    void aTextModeSessionThatKafkaReadsDoesNotRest() {
        HubByHand text = HubByHand.with(FakePipeline.generator(10));
        Session session = text.open(Map.of("outputs", List.of("kafka")));
        text.advance(IDLE.plus(MOMENT));
        assertEquals("streaming", session.snapshot().state());
        assertTrue(session.wants("kafka"));
        assertEquals(List.of("kafka"), session.snapshot().outputs());
        text.control(session, Control.Door.REST, Map.of("outputs", List.of()));
        assertFalse(session.wants("kafka"));
        assertEquals("paused", session.snapshot().state());
    }

    @Test
    void aRestingSessionThatIsSwitchedToVideoStreamsAgain() {
        HubByHand text = HubByHand.with(FakePipeline.generator(10));
        Session session = text.open(Map.of());
        text.advance(IDLE.plus(MOMENT));
        text.control(session, Control.Door.REST, Map.of("input_mode", "video"));
        assertEquals("streaming", session.snapshot().state());
    }

    @Test
    void aSessionEndsAGraceTimeAfterOpenerSourcesAndViewersAreGone() throws Exception {
        Session session = hub.open("s", Control.Door.OFFER, Map.of());
        Session.Attachment source = session.attachSource(Origin.of("webrtc:1"));
        Session.Attachment viewer = session.attachViewer("webrtc:1");
        session.opener().close();
        source.close();
        hub.advance(GRACE.multipliedBy(2));
        assertEquals("streaming", session.snapshot().state());
        viewer.close();
        viewer.close();
        hub.advance(GRACE.minus(MOMENT));
        assertEquals("streaming", session.snapshot().state());
        hub.advance(MOMENT.multipliedBy(2));
        assertEquals("closed", session.snapshot().state());
        assertEquals(Optional.empty(), hub.sessions().find("s"));
        assertEquals(0, hub.running());
        assertEquals(0, pipeline.openStreams);
        assertEquals(0, hub.leases.get("passthrough"));
        assertFalse(hub.sessions().coolingDown("s"));
    }

    @Test
    void somebodyWhoComesInTheGraceTimeSavesIt() throws Exception {
        Session session = hub.open("s", Control.Door.OFFER, Map.of());
        session.opener().close();
        hub.advance(GRACE.minus(MOMENT));
        session.attachViewer("webrtc:2");
        hub.advance(GRACE.multipliedBy(3));
        assertEquals("streaming", session.snapshot().state());
    }

    @Test
    void aPausedSessionThatIsLeftEndsToo() {
        Session session = hub.open("s", Control.Door.OFFER, Map.of("paused", true));
        session.opener().close();
        hub.advance(GRACE.plus(MOMENT));
        assertEquals("closed", session.snapshot().state());
    }

    @Test
    void aSessionOpenedByRestStaysUntilItIsClosedByHand() {
        Session session = hub.open(Map.of());
        hub.advance(Duration.ofHours(1));
        assertEquals("streaming", session.snapshot().state());
        assertTrue(hub.sessions().close("s", "deleted"));
        hub.settle();
        assertEquals("closed", session.snapshot().state());
        assertFalse(hub.sessions().close("s", "deleted"));
    }

    @Test
    void aSessionOpenedByKafkaLivesAsLongAsFramesComeAndIsReadThere() {
        Session session = hub.open("k", Control.Door.KAFKA, Map.of());
        assertTrue(session.wants("kafka"));
        for (int i = 0; i < 10; i++) {
            hub.advance(GRACE.minus(MOMENT));
            hub.frame(session, "kafka:caravan.frames.in", i);
        }
        assertEquals("streaming", session.snapshot().state());
        hub.advance(GRACE.plus(MOMENT));
        assertEquals("closed", session.snapshot().state());
    }

    @Test
    void aSessionClosedByHandIsNotOpenedAgainAtOnce() {
        hub.open(Map.of());
        assertFalse(hub.sessions().coolingDown("s"));
        hub.sessions().close("s", "deleted");
        hub.settle();
        assertTrue(hub.sessions().coolingDown("s"));
        hub.advance(SessionLimits.DEFAULTS.reopenCoolDown());
        assertFalse(hub.sessions().coolingDown("s"));
    }

    @Test
    void theLastThingsToldAreThatTheStreamStoppedAndTheSessionIsClosed() {
        Session session = hub.open(Map.of());
        hub.frame(session, "camera", 0);
        hub.sessions().close("s", "deleted");
        hub.settle();
        List<SessionEvent> last = hub.heard.events.subList(hub.heard.events.size() - 3, hub.heard.events.size());
        assertEquals(List.of(Type.STATE, Type.STREAM_STOPPED, Type.STATE), last.stream().map(SessionEvent::type).toList());
        assertEquals(List.of("opening", "streaming", "closing", "closed"), hub.heard.states());
        Map<String, Object> stopped = last.get(1).data();
        assertEquals("deleted", stopped.get("reason"));
        assertEquals(1L, stopped.get("frames_in"));
        assertEquals(1L, stopped.get("frames_out"));
        assertFalse(stopped.containsKey("error_message"), "it ended because somebody wanted it to");
    }

    @Test
    void aStreamThatCannotBeOpenedEndsTheSessionWithTheReason() {
        pipeline.refusesToOpen("no memory left on the device");
        Session session = hub.open(Map.of());
        assertEquals("closed", session.snapshot().state());
        assertEquals(Optional.of("no memory left on the device"), session.snapshot().error());
        assertEquals("no memory left on the device",
                hub.heard.events(Type.STREAM_STOPPED).getFirst().data().get("error_message"));
        assertEquals(0, hub.leases.get("passthrough"));
    }

    @Test
    void aClosedSessionTakesNothingAnyMore() {
        Session session = hub.open(Map.of());
        hub.sessions().close("s", "deleted");
        hub.settle();
        session.offer(Pictures.frame("s", "camera", 0));
        assertEquals(Map.of("closing", 1L), session.snapshot().dropped());
        assertEquals(-1, hub.control(session, Control.Door.REST, Map.of("noise_scale", 0.5)).offset());
        assertRefused(Cause.CLOSED, () -> session.attachViewer("late"));
        assertRefused(Cause.CLOSED, () -> session.attachSource(Origin.of("late")));
    }

    @Test
    void whatCannotBeOpenedIsRefusedByName() {
        hub.open(Map.of());
        assertRefused(Cause.BAD_ID, () -> hub.sessions().open(request("s")));
        assertRefused(Cause.BAD_ID, () -> hub.sessions().open(request("../s")));
        assertRefused(Cause.BAD_ID, () -> hub.sessions().open(request("x".repeat(65))));
        SessionRefusedException refused = assertRefused(Cause.NOT_LOADED, () -> HubByHand.with().sessions().open(request("t")));
        assertEquals("Pipeline not loaded. Please load pipeline first.", refused.getMessage());
    }

    @Test
    void theNumbersOfSessionsAndViewersAreLimited() {
        HubByHand small = HubByHand.with(pipeline).limits(new SessionLimits(
                1, 1, 1 << 20, GRACE, IDLE, Duration.ofSeconds(1), Duration.ofSeconds(10)));
        Session session = small.open(Map.of());
        assertTrue(assertRefused(Cause.LIMIT, () -> small.sessions().open(request("t"))).getMessage().contains("limit: sessions"));
        assertRefused(Cause.LIMIT, () -> {
            session.attachViewer("a");
            session.attachViewer("b");
        });
        small.sessions().close("s", "deleted");
        small.settle();
        small.open("t", Control.Door.REST, Map.of());
    }

    @Test
    void aSessionWithoutAWishedIdGetsARandomOne() throws Exception {
        Session session = hub.sessions().open(new SessionRequest(
                Optional.empty(), Origin.of("o"), Control.Door.REST, List.of(), Map.of(), Map.of()));
        assertTrue(Sessions.ID.matcher(session.id()).matches());
        assertEquals(List.of(session.id()), hub.sessions().all().stream().map(Session::id).toList());
    }

    private static SessionRequest request(String id) {
        return new SessionRequest(Optional.of(id), Origin.of("o"), Control.Door.REST, List.of(), Map.of(), Map.of());
    }

    private static SessionRefusedException assertRefused(Cause cause, org.junit.jupiter.api.function.Executable what) {
        SessionRefusedException refused = assertThrows(SessionRefusedException.class, what);
        assertEquals(cause, refused.kind());
        return refused;
    }
}
