package dev.caravan.inference.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.pipeline.PipelineLoader.Entry;
import dev.caravan.inference.pipeline.PipelineLoader.Lease;
import dev.caravan.inference.pipeline.PipelineLoader.Node;
import dev.caravan.inference.pipeline.PipelineLoader.State;
import dev.caravan.inference.pipeline.PipelineLoader.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PipelineLoaderTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Path MODELS = Path.of("/srv/models");

    private final SteppedPipeline depth = new SteppedPipeline("depth", "preprocessor");
    private final SteppedPipeline first = new SteppedPipeline("first");
    private final SteppedPipeline second = new SteppedPipeline("second");
    private final SteppedPipeline doubler = new SteppedPipeline("doubler", "postprocessor");
    private final RecordingListener listener = new RecordingListener();
    private final PipelineLoader loader = new PipelineLoader(
            new PipelineRegistry(List.of(depth, first, second, doubler)), MODELS, listener, listener.clock());

    @AfterEach
    void close() {
        loader.close();
    }

    @Test
    void nothingIsLoadedAtFirst() {
        assertEquals(
                new Status(State.NOT_LOADED, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), List.of()),
                loader.status());
    }

    @Test
    void theStatusReadsLoadingAsSoonAsLoadReturnsAndShowsTheStageOfThePipeline() throws Exception {
        first.hold();
        loader.load(List.of(entry("first", Map.of("height", 320))));
        assertEquals(State.LOADING, loader.status().state());
        assertEquals(Optional.of("Initializing pipeline..."), loader.status().stage());
        first.awaitStarted();
        first.report("Loading VAE...");
        assertEquals(Optional.of("Loading VAE..."), loader.status().stage());
        assertThrowsNotLoaded(List.of());
        first.release();
        Status status = loader.awaitIdle(LIMIT);
        assertEquals(State.LOADED, status.state());
        assertEquals(Optional.of("first"), status.pipelineId());
        assertEquals(Optional.of(Map.of("height", 320)), status.loadParameters());
        assertEquals(Optional.empty(), status.stage());
    }

    @Test
    void anEqualInstanceIsKeptAndTheStatusNeverLeavesLoaded() throws Exception {
        loaded(entry("first", Map.of("height", 320)));
        LoadedPipeline before = loader.status().nodes().getFirst().loaded();
        loader.load(List.of(entry("first", Map.of("height", 320))));
        assertEquals(State.LOADED, loader.status().state());
        assertSame(before, loader.status().nodes().getFirst().loaded());
        assertEquals(1, first.loads());
    }

    @Test
    void anEqualInstanceUnderAnotherNameIsRenamed() throws Exception {
        loaded(entry("first", Map.of()));
        LoadedPipeline before = loader.status().nodes().getFirst().loaded();
        loader.load(List.of(new Entry("node-1", "first", Map.of())));
        Node node = loader.status().nodes().getFirst();
        assertEquals("node-1", node.nodeId());
        assertSame(before, node.loaded());
        assertThrowsNotLoaded(List.of("unknown"));
    }

    @Test
    void otherParametersLoadAnewAfterTheOldInstanceIsFreed() throws Exception {
        loaded(entry("first", Map.of("height", 320)));
        LoadedPipeline before = loader.status().nodes().getFirst().loaded();
        loaded(entry("first", Map.of("height", 512)));
        assertNotSame(before, loader.status().nodes().getFirst().loaded());
        assertEquals(
                List.of("started first", "loaded first", "unloaded first", "started first", "loaded first"), listener.awaitHeard(5));
    }

    @Test
    void whatIsNotRequestedIsFreedBeforeTheNewLoads() throws Exception {
        loaded(entry("first", Map.of()));
        loaded(entry("second", Map.of()));
        assertEquals(
                List.of("started first", "loaded first", "unloaded first", "started second", "loaded second"), listener.awaitHeard(5));
        assertEquals(0, first.open());
    }

    @Test
    void anInstanceInUseStaysUntilItsLastLeaseIsReturned() throws Exception {
        loaded(entry("first", Map.of()));
        Lease one = loader.acquire(List.of());
        Lease other = loader.acquire(List.of("first"));
        loaded(entry("second", Map.of()));
        assertEquals(1, first.open());
        one.close();
        one.close();
        assertEquals(1, first.open());
        other.close();
        listener.await("unloaded first");
        assertEquals(0, first.open());
    }

    @Test
    void anInstanceInUseThatIsRequestedAgainIsNotLoadedTwice() throws Exception {
        loaded(entry("first", Map.of()));
        try (Lease lease = loader.acquire(List.of())) {
            loaded(entry("second", Map.of()));
            loader.load(List.of(entry("first", Map.of())));
            assertEquals(State.LOADED, loader.status().state());
            assertSame(lease.nodes().getFirst().loaded(), loader.status().nodes().getFirst().loaded());
        }
        listener.await("unloaded second");
        assertEquals(1, first.open());
        assertEquals(1, first.loads());
    }

    @Test
    void theLastRequestWinsAndOneThatNeverStartedIsSkipped() throws Exception {
        first.hold();
        first.holdAfterInterrupt();
        loader.load(List.of(entry("first", Map.of())));
        first.awaitStarted();
        loader.load(List.of(entry("depth", Map.of())));
        loader.load(List.of(entry("second", Map.of())));
        first.release();
        Status status = loader.awaitIdle(LIMIT);
        assertEquals(Optional.of("second"), status.pipelineId());
        assertEquals(0, depth.loads());
        assertEquals(List.of("started first", "abandoned first", "started second", "loaded second"), listener.awaitHeard(4));
    }

    @Test
    void aRunningLoadThatIsStillWantedIsNotInterrupted() throws Exception {
        first.hold();
        loader.load(List.of(entry("first", Map.of("height", 320))));
        first.awaitStarted();
        loader.load(List.of(entry("depth", Map.of()), new Entry("node-1", "first", Map.of("height", 320))));
        first.release();
        Status status = loader.awaitIdle(LIMIT);
        assertEquals(List.of("depth", "node-1"), status.nodes().stream().map(Node::nodeId).toList());
        assertEquals(1, first.loads());
    }

    @Test
    void aLoadGivenUpAndWantedAgainStartsAnew() throws Exception {
        first.hold();
        loader.load(List.of(entry("first", Map.of())));
        first.awaitStarted();
        first.holdAfterInterrupt();
        loader.load(List.of(entry("second", Map.of())));
        loader.load(List.of(entry("first", Map.of())));
        first.release();
        assertEquals(State.LOADED, loader.awaitIdle(LIMIT).state());
        assertEquals(Optional.of("first"), loader.status().pipelineId());
        assertEquals(0, second.loads());
    }

    @Test
    void aLoadThatIgnoresItsInterruptIsFreedWhenItEnds() throws Exception {
        first.hold();
        first.ignoreInterrupts();
        loader.load(List.of(entry("first", Map.of())));
        first.awaitStarted();
        loader.load(List.of(entry("second", Map.of())));
        first.release();
        assertEquals(State.LOADED, loader.awaitIdle(LIMIT).state());
        assertEquals(0, first.open());
        assertEquals(
                List.of("started first", "loaded first", "unloaded first", "started second", "loaded second"), listener.awaitHeard(5));
    }

    @Test
    void aFailureStaysInTheStatusUntilTheNextLoad() throws Exception {
        first.failWith(new PipelineException("first misses its file weights.bin; download it", true));
        Status failed = loaded(entry("first", Map.of()), entry("second", Map.of()));
        assertEquals(State.ERROR, failed.state());
        assertEquals(Optional.of("first misses its file weights.bin; download it"), failed.error());
        assertEquals(failed, loader.status());
        assertEquals(0, second.loads());
        loaded(entry("second", Map.of()));
        assertEquals(State.LOADED, loader.status().state());
        assertEquals(Optional.empty(), loader.status().error());
    }

    @Test
    void anUnknownIdIsAnErrorThatNamesTheKnownOnes() throws Exception {
        Status status = loaded(entry("longcat", Map.of()));
        assertEquals(Optional.of("Invalid pipeline ID: longcat. Known: depth, first, second, doubler"), status.error());
        assertEquals(State.ERROR, status.state());
        assertEquals(Optional.empty(), status.pipelineId());
    }

    @Test
    void theLoaderThreadSurvivesWhateverAPipelineThrows() throws Exception {
        for (Throwable failure : List.of(
                new OutOfMemoryError("Java heap space"),
                new StackOverflowError(),
                new IllegalStateException("no " + MODELS.toAbsolutePath() + "/x\nat line 2"))) {
            first.failWith(failure);
            assertEquals(State.ERROR, loaded(entry("first", Map.of())).state());
        }
        assertEquals(
                Optional.of("Loading first failed: IllegalStateException: no <models>/x at line 2"), loader.status().error());
        assertEquals(State.LOADED, loaded(entry("second", Map.of())).state());
    }

    @Test
    void aListenerThatThrowsHarmsNobody() throws Exception {
        listener.failAlways();
        assertEquals(State.LOADED, loaded(entry("first", Map.of())).state());
    }

    @Test
    void anInstanceWhoseCloseFailsDoesNotStopTheNextLoad() throws Exception {
        first.failOnClose();
        loaded(entry("first", Map.of()));
        assertEquals(State.LOADED, loaded(entry("second", Map.of())).state());
    }

    @Test
    void seedIsHandedOverAsBaseSeedAndEchoedAsSent() throws Exception {
        Map<String, Object> sent = new LinkedHashMap<>();
        sent.put("seed", 7);
        sent.put("quantization", null);
        Status status = loaded(entry("first", sent));
        assertEquals(Optional.of(sent), status.loadParameters());
        assertEquals(7, first.lastRequest().parameters().get("base_seed"));
        assertFalse(first.lastRequest().parameters().containsKey("seed"));
        assertEquals(MODELS, first.lastRequest().modelsFolder());
    }

    @Test
    void anExplicitBaseSeedWinsOverItsAlias() throws Exception {
        loaded(entry("first", Map.of("seed", 7, "base_seed", 9)));
        assertEquals(9, first.lastRequest().parameters().get("base_seed"));
    }

    @Test
    void aBaseSeedOfNullDoesNotHideItsAlias() throws Exception {
        Map<String, Object> sent = new HashMap<>(Map.of("seed", 7));
        sent.put("base_seed", null);
        loaded(entry("first", sent));
        assertEquals(7, first.lastRequest().parameters().get("base_seed"));
    }

    @Test
    void theDefaultChainIsPreprocessorsThenTheMainRequestedLastThenPostprocessors() throws Exception {
        loaded(entry("doubler", Map.of()), entry("second", Map.of()), entry("first", Map.of()), entry("depth", Map.of()));
        try (Lease lease = loader.acquire(List.of())) {
            assertEquals(List.of("depth", "first", "doubler"), lease.nodes().stream().map(Node::nodeId).toList());
        }
    }

    @Test
    void aChainOfPreprocessorsAloneIsFine() throws Exception {
        loaded(entry("depth", Map.of()));
        try (Lease lease = loader.acquire(List.of())) {
            assertEquals(List.of("depth"), lease.nodes().stream().map(Node::nodeId).toList());
        }
    }

    @Test
    void aPipelineIdFindsItsOnlyNode() throws Exception {
        loaded(new Entry("a", "first", Map.of()), new Entry("b", "second", Map.of()), new Entry("c", "second", Map.of("height", 64)));
        try (Lease lease = loader.acquire(List.of("first", "c"))) {
            assertEquals(List.of("a", "c"), lease.nodes().stream().map(Node::nodeId).toList());
        }
        PipelineException e = assertThrows(PipelineException.class, () -> loader.acquire(List.of("second")));
        assertEquals("'second' is loaded more than once; name one of its nodes: b, c", e.getMessage());
        assertThrowsNotLoaded(List.of("a", "nobody"));
    }

    @Test
    void aFailedAcquireLeasesNothing() throws Exception {
        loaded(entry("first", Map.of()));
        assertThrowsNotLoaded(List.of("first", "nobody"));
        loaded(entry("second", Map.of()));
        assertEquals(0, first.open());
    }

    @Test
    void anEmptyRequestUnloadsEverything() throws Exception {
        loaded(entry("first", Map.of()));
        loader.load(List.of());
        assertEquals(State.NOT_LOADED, loader.status().state());
        listener.await("unloaded first");
        assertEquals(0, first.open());
    }

    @Test
    void loadsAreTimedByTheGivenClock() throws Exception {
        first.hold();
        loader.load(List.of(entry("first", Map.of())));
        first.awaitStarted();
        listener.advance(Duration.ofSeconds(42));
        first.release();
        listener.await("loaded first");
        assertEquals(Duration.ofSeconds(42), listener.lastDuration());
    }

    @Test
    void closingGivesUpTheRunningLoadAndEndsTheThread() throws Exception {
        first.hold();
        loader.load(List.of(entry("first", Map.of())));
        first.awaitStarted();
        loader.close();
        assertTrue(first.loadThread().join(LIMIT));
        assertThrows(IllegalStateException.class, () -> loader.load(List.of(entry("first", Map.of()))));
    }

    @Test
    void whatIsLeasedWhenTheLoaderClosesIsFreedWithItsLease() throws Exception {
        loaded(entry("first", Map.of()));
        Lease lease = loader.acquire(List.of());
        loader.close();
        assertEquals(1, first.open());
        lease.close();
        assertEquals(0, first.open());
        assertThrowsNotLoaded(List.of());
    }

    @Test
    void whateverManyThreadsAskForEverythingIsFreedInTheEnd() throws Exception {
        List<String> ids = List.of("depth", "first", "second", "doubler", "unknown");
        try (ExecutorService executor = Executors.newFixedThreadPool(4)) {
            List<Callable<Void>> work = IntStream.range(0, 4).<Callable<Void>>mapToObj(seed -> () -> {
                Random random = new Random(seed);
                for (int i = 0; i < 200; i++) {
                    loader.load(List.of(entry(ids.get(random.nextInt(5)), Map.of()), entry("first", Map.of("height", random.nextInt(2)))));
                    loader.status();
                    try (Lease lease = loader.acquire(List.of())) {
                        assertFalse(lease.nodes().isEmpty());
                    } catch (PipelineException _) {
                        // Loading, or the unknown one was asked for.
                    }
                }
                return null;
            }).toList();
            for (Future<Void> done : executor.invokeAll(work)) {
                done.get();
            }
        }
        assertTrue(first.loads() > 0);
        loader.close();
        assertEquals(List.of(0, 0, 0, 0), Stream.of(depth, first, second, doubler).map(SteppedPipeline::open).toList());
    }

    private Status loaded(Entry... entries) throws InterruptedException {
        loader.load(List.of(entries));
        return loader.awaitIdle(LIMIT);
    }

    private void assertThrowsNotLoaded(List<String> nodeIds) {
        PipelineException e = assertThrows(PipelineException.class, () -> loader.acquire(nodeIds));
        assertEquals("Pipeline not loaded. Please load pipeline first.", e.getMessage());
    }

    private static Entry entry(String id, Map<String, Object> parameters) {
        return new Entry(id, id, parameters);
    }
}
