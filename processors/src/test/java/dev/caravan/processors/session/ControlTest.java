package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.pipeline.Refusal;
import dev.caravan.processors.session.Control.Door;
import dev.caravan.processors.session.SessionEvent.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ControlTest {

    private final FakePipeline pipeline = FakePipeline.passthrough();
    private final HubByHand hub = HubByHand.with(pipeline);
    private final Session session = hub.open(Map.of());

    @Test
    void aControlIsUsedByTheNextChunkWhichItsEventNames() {
        chunk();
        Session.Receipt receipt = hub.control(session, Door.REST, Map.of("noise_scale", 0.25, "my_key", "x"));
        assertEquals(0, receipt.offset());
        assertEquals(List.of(), hub.heard.events(Type.APPLIED));
        chunk();
        SessionEvent applied = hub.heard.events(Type.APPLIED).getFirst();
        assertEquals(0L, applied.data().get("offset"));
        assertEquals("rest", applied.data().get("door"));
        assertEquals(1L, applied.data().get("chunk"));
        assertEquals(List.of("my_key", "noise_scale"), ((List<?>) applied.data().get("keys")).stream().sorted().toList());
        assertEquals(Map.of("noise_scale", 0.25, "my_key", "x"), applied.data().get("parameters"));
        assertEquals("passthrough", applied.data().get("model"));
        assertEquals(42, applied.data().get("seed"));
        assertEquals(Optional.of(0.25), seen("noise_scale"));
        assertEquals(Optional.of("x"), seen("my_key"));
    }

    @Test
    void aPromptSentWhileTheChunkRunsIsUsedByTheNextOne() {
        List<Object> prompts = new ArrayList<>();
        FakePipeline slow = FakePipeline.passthrough();
        HubByHand other = HubByHand.with(slow);
        Session busy = other.open(Map.of("prompts", List.of(Map.of("text", "cat", "weight", 1.0))));
        slow.works(call -> {
            prompts.add(call.parameters().prompts().getFirst().text());
            if (prompts.size() == 1) {
                busy.control(control(busy, Door.DATA_CHANNEL, prompt("dog")), false);
            }
        });
        other.frame(busy, "camera", 0);
        other.frame(busy, "camera", 1);
        assertEquals(List.of("cat", "dog"), prompts);
        assertEquals(List.of(0L, 1L), other.heard.events(Type.APPLIED).stream().map(e -> e.data().get("chunk")).toList());
    }

    @Test
    void aControlThatComesBetweenLookingAndBeginningIsNotMixedIntoTheChunk() {
        Session text = hub.open("t", Door.REST, Map.of());
        ControlLog log = text.parts().log;
        long before = log.look(new dev.caravan.inference.pipeline.Parameters[1]);
        log.append(Door.REST, Map.of("input_mode", "text"));
        assertEquals(Optional.empty(), log.begin(before), "look again");
        long after = log.look(new dev.caravan.inference.pipeline.Parameters[1]);
        assertEquals(1, log.begin(after).orElseThrow().size());
    }

    @Test
    void ofThirtyRapidUpdatesTheLastValueIsInEffectAndEachIsTold() {
        for (int i = 1; i <= 30; i++) {
            hub.control(session, Door.DATA_CHANNEL, Map.of("noise_scale", i / 100.0));
        }
        chunk();
        assertEquals(1, pipeline.calls.size());
        assertEquals(Optional.of(0.3), seen("noise_scale"));
        List<SessionEvent> applied = hub.heard.events(Type.APPLIED);
        assertEquals(30, applied.size());
        for (int i = 0; i < 30; i++) {
            assertEquals((long) i, applied.get(i).data().get("offset"));
            assertEquals(0L, applied.get(i).data().get("chunk"));
        }
        assertEquals(30, session.snapshot().controls());
    }

    @Test
    void oneShotsAreKeptUntilAChunkUsesThemAndThenForgotten() {
        hub.control(session, Door.DATA_CHANNEL, Map.of("reset_cache", true));
        hub.control(session, Door.DATA_CHANNEL, Map.of("noise_scale", 0.5));
        chunk();
        assertEquals(Optional.of(true), seen("reset_cache"));
        chunk();
        assertEquals(Optional.empty(), seen("reset_cache"));
        assertEquals(Optional.of(0.5), seen("noise_scale"));
        assertFalse(session.parameters().containsKey("reset_cache"));
    }

    @Test
    void aOneShotSentWhileAChunkUsesOneIsAnotherOne() {
        pipeline.works(call -> {
            if (pipeline.calls.size() == 1) {
                session.control(control(session, Door.DATA_CHANNEL, Map.of("reset_cache", true)), false);
            }
        });
        hub.control(session, Door.DATA_CHANNEL, Map.of("reset_cache", true));
        chunk();
        chunk();
        assertEquals(Optional.of(true), seen("reset_cache"));
        chunk();
        assertEquals(Optional.empty(), seen("reset_cache"));
    }

    @Test
    void aOneShotOfAChunkThatFailedIsGone() {
        pipeline.works(call -> {
            if (call.parameters().get("vace_ref_images").isPresent()) {
                throw new dev.caravan.inference.pipeline.PipelineException("no such image", false);
            }
        });
        hub.control(session, Door.DATA_CHANNEL, Map.of("vace_ref_images", List.of("/nowhere.png")));
        chunk();
        assertEquals(0, hub.heard.frames.size());
        hub.advance(java.time.Duration.ofSeconds(1));
        chunk();
        assertEquals(1, hub.heard.frames.size());
    }

    @Test
    void aParameterThatAChunkWasMadeWithoutIsToldAtMostOncePerSecond() {
        pipeline.refused.add(new Refusal("vace_ref_images", "there is no picture x.png"));
        chunk();
        chunk();
        assertEquals(List.of(Map.of("source", "pipeline:passthrough", "errors",
                        List.of(Map.of("key", "vace_ref_images", "msg", "there is no picture x.png")))),
                hub.heard.events(Type.REJECTED).stream().map(SessionEvent::data).toList());
        assertEquals(2, hub.heard.frames.size());
        hub.advance(java.time.Duration.ofSeconds(1));
        chunk();
        assertEquals(2, hub.heard.events(Type.REJECTED).size());
    }

    @Test
    void picturesThatParametersNameAreOpenedWhereTheHubSays() throws Exception {
        Picture.Rgb24 picture = new Picture.Rgb24(1, 1, new byte[3]);
        FakePipeline one = FakePipeline.passthrough();
        HubByHand.with(one).pictures(path -> picture).open(Map.of());
        assertSame(picture, one.seed.pictures().open("a.png"));
        assertEquals("s", one.seed.sessionId());
    }

    @Test
    void aTransitionIsSeenByOneChunkAndItsTargetsAreThePromptsAfterIt() {
        hub.control(session, Door.DATA_CHANNEL, prompt("cat"));
        chunk();
        hub.control(session, Door.DATA_CHANNEL, Map.of("transition",
                Map.of("target_prompts", List.of(Map.of("text", "dog", "weight", 1.0)), "num_steps", 4)));
        chunk();
        assertTrue(seen("transition").isPresent());
        chunk();
        assertTrue(seen("transition").isEmpty());
        assertEquals("dog", pipeline.lastCall().parameters().prompts().getFirst().text());
    }

    @Test
    void aLenientDoorAppliesTheGoodKeysAndNamesTheBadOnesToWhoSentThem() {
        Session.Receipt receipt = hub.control(session, Door.DATA_CHANNEL, Map.of("noise_scale", "high", "manage_cache", false));
        assertEquals(Map.of("manage_cache", false), receipt.applied());
        assertEquals("noise_scale", receipt.errors().getFirst().key());
        SessionEvent rejected = hub.heard.events(Type.REJECTED).getFirst();
        assertEquals("sender", rejected.data().get("source"));
        assertEquals("data_channel", rejected.data().get("door"));
        assertTrue(rejected.data().get("errors").toString().contains("key=noise_scale"), rejected.data().toString());
        chunk();
        assertEquals(Optional.of(false), seen("manage_cache"));
        assertEquals(Optional.empty(), seen("noise_scale"));
    }

    @Test
    void aStrictDoorAppliesNothingWhenAnyKeyIsBadAndTellsOnlyTheCaller() {
        Session.Receipt receipt =
                session.control(control(session, Door.REST, Map.of("noise_scale", 1.5, "manage_cache", false)), true);
        assertEquals(-1, receipt.offset());
        assertEquals(Map.of(), receipt.applied());
        assertEquals(List.of("noise_scale"), receipt.errors().stream().map(e -> e.key()).toList());
        assertEquals(List.of(), hub.heard.events(Type.REJECTED));
        assertEquals(Map.of(), session.parameters());
    }

    @Test
    void whatChangedFromOutsideTheDataChannelsIsToldToThem() {
        for (Door door : Door.values()) {
            hub.control(session, door, Map.of("noise_scale", door.ordinal() / 10.0));
        }
        assertEquals(
                List.of(Map.of("noise_scale", 0.2), Map.of("noise_scale", 0.3), Map.of("noise_scale", 0.4)),
                hub.heard.events(Type.PARAMETERS_UPDATED).stream().map(e -> e.data().get("parameters")).toList(),
                "REST, Kafka and routes");
    }

    @Test
    void whatIsForTheHubNeverReachesAPipelineAndIsAppliedAtOnce() {
        hub.control(session, Door.DATA_CHANNEL, Map.of("quantize_mode", "none", "lookahead_ms", 0, "paused", false));
        assertEquals(1, hub.heard.events(Type.APPLIED).size());
        chunk();
        assertEquals(Map.of("input_mode", "video"), pipeline.lastCall().parameters().values());
        assertEquals(1, hub.heard.events(Type.APPLIED).size());
        assertEquals(false, session.parameters().get("paused"));
    }

    @Test
    void aControlForAnUnknownNodeIsHarmless() {
        Session.Receipt receipt = hub.control(session, Door.DATA_CHANNEL, Map.of("node_id", "unknown", "noise_scale", 0.5));
        assertEquals(-1, receipt.offset());
        assertEquals(List.of(), receipt.errors());
        chunk();
        assertEquals(Optional.empty(), seen("noise_scale"));
    }

    @Test
    void aControlForOneNodeOfAChainIsSeenByThatNodeOnly() {
        FakePipeline first = new FakePipeline("gray").usage("preprocessor");
        FakePipeline second = new FakePipeline("main");
        HubByHand chain = HubByHand.with(first, second);
        Session both = chain.open(Map.of());
        chain.control(both, Door.DATA_CHANNEL, Map.of("node_id", "main", "noise_scale", 0.5));
        chain.control(both, Door.DATA_CHANNEL, Map.of("manage_cache", true));
        chain.frame(both, "camera", 0);
        assertEquals(Optional.empty(), first.lastCall().parameters().get("noise_scale"));
        assertEquals(Optional.of(0.5), second.lastCall().parameters().get("noise_scale"));
        assertEquals(Optional.of(true), first.lastCall().parameters().get("manage_cache"));
    }

    @Test
    void theActiveSourceIsPinnedByAControlAndUnpinnedByAnEmptyOne() {
        hub.frame(session, "a", 0);
        hub.control(session, Door.REST, Map.of("active_source", "a"));
        hub.frame(session, "b", 1);
        hub.frame(session, "a", 2);
        assertEquals(List.of(0L, 2L), hub.heard.inputs());
        assertEquals(Optional.of("a"), session.snapshot().activeSource());
        assertEquals(Map.of("inactive_source", 1L), session.snapshot().dropped());
        hub.control(session, Door.REST, Map.of("active_source", ""));
        hub.frame(session, "b", 3);
        assertEquals(List.of(0L, 2L, 3L), hub.heard.inputs());
    }

    @Test
    void theLogIsBoundedAndKeepsItsOffsets() {
        for (int i = 0; i < ControlLog.MAX_ENTRIES + 10; i++) {
            hub.control(session, Door.KAFKA, Map.of("count", i));
        }
        List<ControlLog.Entry> entries = session.parts().log.entries();
        assertEquals(ControlLog.MAX_ENTRIES, entries.size());
        assertEquals(10, entries.getFirst().offset());
        assertEquals(ControlLog.MAX_ENTRIES + 9L, entries.getLast().offset());
    }

    @Test
    void theLogIsBoundedInSizeToo() {
        String long64k = "x".repeat(60_000);
        for (int i = 0; i < 100; i++) {
            hub.control(session, Door.KAFKA, Map.of("text" + i % 3, long64k));
        }
        long kept = session.parts().log.entries().stream().mapToLong(e -> ParameterKeys.weight(e.update())).sum();
        assertTrue(kept <= ControlLog.MAX_WEIGHT, kept + " characters kept");
        chunk();
        assertTrue(hub.heard.events(Type.APPLIED).size() < 100);
        assertEquals(99L, hub.heard.events(Type.APPLIED).getLast().data().get("offset"));
    }

    @Test
    void aMonstrousUpdateIsRefused() {
        Map<String, Object> update = new java.util.HashMap<>();
        for (int i = 0; i < 10; i++) {
            update.put("text" + i, "x".repeat(60_000));
        }
        Session.Receipt receipt = hub.control(session, Door.KAFKA, update);
        assertEquals(-1, receipt.offset());
        assertEquals(1, hub.heard.events(Type.REJECTED).size());
        assertEquals(Map.of(), session.parameters());
    }

    private void chunk() {
        hub.frame(session, "camera", pipeline.calls.size());
    }

    private Optional<Object> seen(String key) {
        return pipeline.lastCall().parameters().get(key);
    }

    private static Map<String, Object> prompt(String text) {
        return Map.of("prompts", List.of(Map.of("text", text, "weight", 1.0)));
    }

    private static Control control(Session session, Door door, Map<String, Object> update) {
        return new Control(session.id(), door, Origin.of("sender"), update);
    }
}
