package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.ort.FragileDevice;
import dev.caravan.inference.ort.Handles;
import dev.caravan.inference.ort.OrtException;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device that fails one stream, or has no room for it: that stream ends with the reason, and nobody else notices. */
class BrokenStreamTest {

    private static final Parameters TEXT = TinyLongLive.text("a boat on the sea");
    private static final Parameters VIDEO = TinyLongLive.video("a forest at night");

    @TempDir
    private static Path folder;

    private static FragileDevice device;
    private static LoadedPipeline model;
    private Handles before;

    @BeforeAll
    static void load() throws Exception {
        device = new FragileDevice();
        model = TinyLongLive.load(device.device(), TinyLongLive.models(folder));
    }

    @AfterAll
    static void close() {
        model.close();
        assertEquals(new Handles(0, 0, 0), device.device().handles());
        device.close();
    }

    @BeforeEach
    void look() {
        before = device.device().handles();
    }

    @AfterEach
    void nothingIsLeftOnTheDevice() {
        device.mend();
        assertEquals(0, device.device().memory().tensors());
        assertEquals(before, device.device().handles());
    }

    @Test
    void aFailureAtAnyPointEndsTheOneStreamWithItsReasonAndTheOtherGoesOnAsAlone() throws Exception {
        List<byte[]> alone = new ArrayList<>();
        try (PipelineStream stream = TinyLongLive.open(model)) {
            for (int chunk = 0; chunk < 30; chunk++) {
                alone.addAll(TinyLongLive.chunk(stream, VIDEO));
            }
        }
        List<byte[]> beside = new ArrayList<>();
        int failures = 0;
        try (PipelineStream witness = TinyLongLive.open(model)) {
            for (int chunk = 0; chunk < 30; chunk++) {
                beside.addAll(TinyLongLive.chunk(witness, VIDEO));
                if (failAfter(7 * chunk, chunk % 2 == 0 ? TEXT : VIDEO)) {
                    failures++;
                }
            }
        }
        assertTrue(failures > 5, failures + " of 30 places were inside of a chunk");
        assertEquals(alone.size(), beside.size());
        for (int i = 0; i < alone.size(); i++) {
            assertArrayEquals(alone.get(i), beside.get(i), "picture " + i);
        }
    }

    /** @return whether the failure came before the end of the second chunk */
    private static boolean failAfter(int operations, Parameters parameters) throws Exception {
        try (PipelineStream victim = TinyLongLive.open(model)) {
            TinyLongLive.chunk(victim, parameters);
            device.failAfter(operations);
            PipelineException failure = null;
            try {
                TinyLongLive.chunk(victim, parameters);
            } catch (PipelineException e) {
                failure = e;
            }
            boolean failed = !device.willFail();
            device.mend();
            if (failed) {
                assertTrue(failure != null && failure.fatal());
                assertEquals("inference failed: CUDA error 719: the launch failed in ...", failure.getMessage());
            }
            return failed;
        }
    }

    @Test
    void aStreamForWhichThereIsNoRoomLeavesNothingHalfOpenedBehind() throws Exception {
        long needed;
        try (PipelineStream stream = TinyLongLive.open(model)) {
            needed = device.device().memory().tensors();
        }
        for (int part = 0; part < 20; part++) {
            device.leave(needed * part / 20);
            PipelineException refusal = assertThrows(PipelineException.class, () -> TinyLongLive.open(model));
            assertTrue(refusal.fatal());
            assertEquals("out of memory on the inference device; use a smaller size or end other sessions", refusal.getMessage());
            nothingIsLeftOnTheDevice();
        }
        device.leave(needed);
        TinyLongLive.open(model).close();
    }

    @Test
    void aStreamThatFindsNoMoreRoomInAChunkEndsAndTheOtherGoesOn() throws Exception {
        List<byte[]> alone;
        try (PipelineStream stream = TinyLongLive.open(model)) {
            TinyLongLive.chunk(stream, TEXT);
            alone = TinyLongLive.chunk(stream, TEXT);
        }
        try (PipelineStream witness = TinyLongLive.open(model); PipelineStream victim = TinyLongLive.open(model)) {
            TinyLongLive.chunk(witness, TEXT);
            TinyLongLive.chunk(victim, TEXT);
            // An encoder's memory is taken when video comes first.
            device.leave(40_000);
            PipelineException failure = assertThrows(PipelineException.class, () -> TinyLongLive.chunk(victim, VIDEO));
            assertTrue(failure.fatal());
            assertEquals("out of memory on the inference device; use a smaller size or end other sessions", failure.getMessage());
            List<byte[]> beside = TinyLongLive.chunk(witness, TEXT);
            for (int i = 0; i < alone.size(); i++) {
                assertArrayEquals(alone.get(i), beside.get(i), "picture " + i);
            }
        }
    }

    @Test
    void aStreamOfWhichOnePartCannotBeFreedFreesTheOthers() throws Exception {
        try (FragileDevice other = new FragileDevice()) {
            LoadedPipeline loaded = TinyLongLive.load(other.device(), folder.resolve("models"));
            Handles idle = other.device().handles();
            PipelineStream stream = TinyLongLive.open(loaded);
            TinyLongLive.chunk(stream, VIDEO);
            long held = other.device().memory().tensors();
            other.failNextFree();
            assertThrows(OrtException.class, stream::close);
            assertEquals(idle, other.device().handles());
            // What could not be freed is counted on.
            assertTrue(other.device().memory().tensors() < held / 4);
            loaded.close();
        }
    }

    @Test
    void whatTheSinkThrowsEndsTheStreamToo() throws Exception {
        try (PipelineStream stream = TinyLongLive.open(model)) {
            PipelineException failure = assertThrows(PipelineException.class, () -> stream.next(List.of(), TEXT, (picture, time) -> {
                throw new IllegalStateException("full of /secret/things");
            }));
            assertTrue(failure.fatal());
            assertEquals("internal error in the pipeline (IllegalStateException)", failure.getMessage());
        }
    }
}
