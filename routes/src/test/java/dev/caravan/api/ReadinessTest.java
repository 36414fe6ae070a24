package dev.caravan.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.pipeline.PipelineLoader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ReadinessTest {

    private static final PipelineLoader.Entry MODEL = new PipelineLoader.Entry("longlive", "longlive", Map.of());
    private static final PipelineLoader.Entry OTHER = new PipelineLoader.Entry("memflow", "memflow", Map.of());

    private final Readiness readiness = new Readiness(Optional.of("longlive"));

    @Test
    void aHubWithoutAModelAtStartIsReadyAtOnce() {
        assertReady(new Readiness(Optional.empty()));
    }

    @Test
    void aModelThatIsLoadingHoldsTheStartUpAndOneThatIsLoadedDoesNot() {
        assertFalse(readiness.started(), "before anybody asked for the load too");
        readiness.loadStarted(MODEL);
        assertFalse(readiness.started());
        assertEquals(List.of(new Readiness.Reason("model", "longlive is being loaded")), readiness.reasons());
        readiness.loaded(MODEL, Duration.ofSeconds(90));
        assertReady(readiness);
    }

    @Test
    void aModelThatCannotBeLoadedEndsTheStartButNoWorkIsWanted() {
        readiness.failed(MODEL, "longlive misses files");
        assertTrue(readiness.started(), "another start would not help");
        assertEquals(List.of(new Readiness.Reason("model", "longlive misses files")), readiness.reasons());
        readiness.failed(MODEL, "still");
        assertEquals("still", readiness.reasons().getFirst().message());
        readiness.loaded(OTHER, Duration.ofSeconds(1));
        assertReady(readiness);
    }

    @Test
    void whatSomebodyLoadsLaterIsNoReasonToTakeTheHubAwayFromOthers() {
        readiness.loaded(MODEL, Duration.ofSeconds(90));
        readiness.loadStarted(OTHER);
        assertReady(readiness);
        readiness.failed(OTHER, "no memory");
        assertReady(readiness);
    }

    @Test
    void whoAsksForAnotherModelMeanwhileEndsTheStart() {
        readiness.loadStarted(MODEL);
        readiness.abandoned(MODEL);
        assertReady(readiness);
    }

    @Test
    void aHubThatDrainsIsNotReady() {
        AtomicBoolean draining = new AtomicBoolean();
        Readiness drained = new Readiness(Optional.empty());
        drained.drainWhen(draining::get);
        assertReady(drained);
        draining.set(true);
        assertEquals("draining", drained.reasons().getFirst().check());
        assertTrue(drained.started());
    }

    private static void assertReady(Readiness ready) {
        assertTrue(ready.started());
        assertEquals(List.of(), ready.reasons());
    }
}
