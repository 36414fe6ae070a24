package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.ort.FragileDevice;
import dev.caravan.inference.ort.Handles;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineRegistry;
import dev.caravan.inference.pipeline.PipelineStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several streams on one loaded model: none notices another, all get their turns, and nothing of any stays. */
@Timeout(60)
class SharedModelTest {

    /** Text, another prompt, video, a transition, text again. */
    private static final List<Parameters> FIRST = List.of(
            TinyLongLive.text("a boat"),
            TinyLongLive.text("a forest"),
            TinyLongLive.video("a forest"),
            TinyLongLive.with(Map.of("input_mode", "video", "prompts", List.of(Map.of("text", "a forest")),
                    "transition", Map.of("target_prompts", List.of(Map.of("text", "the sea")), "num_steps", 2))),
            TinyLongLive.text("the sea"));
    private static final List<Parameters> SECOND = List.of(
            TinyLongLive.video("a city at night"),
            TinyLongLive.video("a city at night"),
            TinyLongLive.with(Map.of("prompts", List.of(Map.of("text", "a city"), Map.of("text", "a boat", "weight", 0.3)))),
            TinyLongLive.with(Map.of("denoising_step_list", List.of(1000, 750, 500, 250))),
            TinyLongLive.video("a boat"));

    /** At least so much does a stream of this size have in tensors alone. */
    private static final long STREAM_BYTES = 500_000;

    @TempDir
    private static Path folder;

    private static Path models;
    private static FragileDevice device;
    private static LoadedPipeline model;
    private static Handles loaded;

    @BeforeAll
    static void load() throws Exception {
        models = TinyLongLive.models(folder);
        device = new FragileDevice();
        model = TinyLongLive.load(device.device(), models);
        loaded = device.device().handles();
    }

    @AfterAll
    static void close() {
        model.close();
        device.close();
    }

    @AfterEach
    void nothingIsLeftOnTheDevice() {
        assertEquals(0, device.device().memory().tensors());
        assertEquals(loaded, device.device().handles());
    }

    private static List<byte[]> run(List<Parameters> chunks, long seed) throws Exception {
        List<byte[]> pictures = new ArrayList<>();
        try (PipelineStream stream = TinyLongLive.open(model)) {
            for (Parameters chunk : chunks) {
                pictures.addAll(TinyLongLive.chunk(stream, chunk, TinyLongLive.input(stream, chunk, seed)));
            }
        }
        return pictures;
    }

    private static void assertSame(List<byte[]> expected, List<byte[]> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), actual.get(i), "picture " + i);
        }
    }

    @Test
    void streamsAtTheSameTimeMakeWhatEachMakesAlone() throws Exception {
        List<byte[]> first = run(FIRST, 1);
        List<byte[]> second = run(SECOND, 2);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<List<byte[]>>> together = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                // One ends and another opens while the other thread is in the middle of a chunk.
                together.add(threads.submit(() -> run(FIRST, 1)));
                together.add(threads.submit(() -> run(SECOND, 2)));
            }
            for (int i = 0; i < together.size(); i++) {
                assertSame(i % 2 == 0 ? first : second, together.get(i).get());
            }
        }
    }

    @Test
    void aModelUnloadedWhileAStreamRunsGoesWithTheStream() throws Exception {
        PipelineRegistry registry = new PipelineRegistry(List.of(TinyLongLive.on(device.device())));
        Map<String, Object> parameters = TinyLongLive.request(models, Map.of()).parameters();
        try (PipelineLoader loader = new PipelineLoader(registry, models, PipelineLoader.Listener.NONE)) {
            loader.load(List.of(new PipelineLoader.Entry("longlive", "longlive", parameters)));
            assertEquals(PipelineLoader.State.LOADED, loader.awaitIdle(Duration.ofSeconds(60)).state());
            try (PipelineLoader.Lease lease = loader.acquire(List.of());
                    PipelineStream stream = TinyLongLive.open(lease.nodes().getFirst().loaded())) {
                List<byte[]> before = TinyLongLive.chunk(stream, TinyLongLive.text("a boat"));
                loader.load(List.of());
                assertEquals(PipelineLoader.State.NOT_LOADED, loader.awaitIdle(Duration.ofSeconds(60)).state());
                assertSame(run(List.of(TinyLongLive.text("a boat")), 7), before);
                assertEquals(12, TinyLongLive.chunk(stream, TinyLongLive.text("a boat")).size());
                assertEquals(2 * loaded.sessions(), device.device().handles().sessions());
            }
        }
        // The loader's thread freed it.
    }

    @Test
    void aHundredStreamsLeaveNothingBehind() throws Exception {
        int threads = Thread.activeCount();
        List<Parameters> chunks = List.of(
                TinyLongLive.with(Map.of("denoising_step_list", List.of(1000))),
                TinyLongLive.with(Map.of("input_mode", "video", "denoising_step_list", List.of(1000))));
        for (int i = 0; i < 20; i++) {
            run(chunks, i);
        }
        long before = NativeMemory.inUse();
        for (int i = 0; i < 100; i++) {
            run(chunks, i);
            nothingIsLeftOnTheDevice();
        }
        long grown = NativeMemory.inUse() - before;
        assertTrue(grown < 100 * STREAM_BYTES / 4, grown + " bytes more are in use");
        assertEquals(threads, Thread.activeCount());
    }

    @Test
    void onlyPicturesAreReadFromTheDevice() throws Exception {
        List<Parameters> chunks = new ArrayList<>(FIRST);
        chunks.addAll(SECOND);
        // So that the embeddings of all prompts are known.
        run(chunks, 1);
        try (PipelineStream stream = TinyLongLive.open(model)) {
            for (int i = 0; i < chunks.size(); i++) {
                long before = device.device().transfers().bytesToHost();
                int pictures = TinyLongLive.chunk(stream, chunks.get(i)).size();
                long read = device.device().transfers().bytesToHost() - before;
                assertEquals((long) pictures * TinyLongLive.RGB_BYTES, read, "bytes read in chunk " + i);
            }
        }
    }

    @Test
    void picturesLeaveLatentByLatentWhileTheRestIsNotDecodedYet() throws Exception {
        // A latent is copied to where the decoder reads it just before it is decoded.
        long latent = 4L * 16 * (TinyLongLive.SIDE / 8) * (TinyLongLive.SIDE / 8);
        List<Long> copied = new ArrayList<>();
        List<Long> read = new ArrayList<>();
        try (PipelineStream stream = TinyLongLive.open(model)) {
            stream.next(List.of(), TinyLongLive.text("a boat"), (picture, time) -> {
                copied.add(device.device().transfers().bytesWithinDevice() / latent);
                read.add(device.device().transfers().bytesToHost() / TinyLongLive.RGB_BYTES);
            });
        }
        long first = copied.getFirst();
        assertEquals(List.of(0L, 1L, 1L, 1L, 1L, 2L, 2L, 2L, 2L), copied.stream().map(count -> count - first).toList());
        long firstRead = read.getFirst();
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L), read.stream().map(count -> count - firstRead).toList());
    }

    @Test
    void aStreamOfManyStepsLetsTheOtherHaveEverySecondTurn() throws Exception {
        Parameters many = TinyLongLive.with(Map.of("denoising_step_list", Collections.nCopies(100, 500)));
        Parameters few = TinyLongLive.with(Map.of("denoising_step_list", List.of(1000)));
        AtomicInteger running = new AtomicInteger(2);
        Turnstile turnstile = new Turnstile();
        try (PipelineStream greedy = TinyLongLive.open(model);
                PipelineStream modest = TinyLongLive.open(model);
                ExecutorService threads = Executors.newCachedThreadPool()) {
            turnstile.close(threads);
            Future<List<byte[]>> long100 = threads.submit(ending(running, () -> TinyLongLive.chunk(greedy, many)));
            Future<List<byte[]>> short1 = threads.submit(ending(running, () -> TinyLongLive.chunk(modest, few)));
            int turns = 0;
            int turnsOfTheModest = 0;
            while (running.get() > 0) {
                turnstile.letEachRunOnce(threads, running);
                turns++;
                turnsOfTheModest += short1.isDone() ? 0 : 1;
            }
            turnstile.open();
            assertEquals(9, short1.get().size());
            assertEquals(9, long100.get().size());
            assertTrue(turns > 100, turns + " turns for a chunk of 100 steps");
            assertTrue(turnsOfTheModest < turns - 90, turnsOfTheModest + " of " + turns + " turns until the modest one was done");
        }
    }

    private static <T> Callable<T> ending(AtomicInteger running, Callable<T> work) {
        return () -> {
            try {
                return work.call();
            } finally {
                running.decrementAndGet();
            }
        };
    }

    /** Holds the device until everybody who still runs has asked for it, then lets one piece of work of each pass. */
    private static final class Turnstile {

        private final Semaphore inside = new Semaphore(0);
        private final Semaphore out = new Semaphore(0);

        void close(ExecutorService threads) throws InterruptedException {
            hold(threads);
            inside.acquire();
        }

        private void hold(ExecutorService threads) {
            threads.submit(() -> device.device().call(() -> {
                inside.release();
                out.acquire();
                return null;
            }));
        }

        void letEachRunOnce(ExecutorService threads, AtomicInteger running) throws InterruptedException {
            int waiting;
            do {
                Thread.onSpinWait();
                waiting = device.waiting();
            } while (waiting != running.get());
            hold(threads);
            while (device.waiting() != waiting + 1) {
                Thread.onSpinWait();
            }
            open();
            inside.acquire();
        }

        void open() {
            out.release();
        }
    }
}
