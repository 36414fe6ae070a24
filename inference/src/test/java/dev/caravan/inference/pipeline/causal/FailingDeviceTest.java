package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.ort.FragileDevice;
import dev.caravan.inference.ort.Handles;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A device that fails, or has no more room, anywhere in a chunk that uses all a family has - video, a recache or a recomputed context,
 * VACE, adapters: one line, nothing left behind, and the stream beside it does not notice.
 */
@Timeout(120)
class FailingDeviceTest {

    private static final String NO_ROOM = "out of memory on the inference device; use a smaller size or end other sessions";
    private static final String FAILED = "inference failed: CUDA error 719: the launch failed in ...";

    @TempDir
    private static Path folder;

    private static Path models;
    private static FragileDevice device;

    @BeforeAll
    static void write() throws Exception {
        models = FamilyCase.models(folder);
        device = new FragileDevice();
    }

    @AfterAll
    static void closeDevice() {
        device.close();
    }

    static List<FamilyCase> families() {
        return FamilyCase.all();
    }

    /** The n-th chunk of somebody who uses everything; another prompt in every second one. */
    private static Parameters chunk(FamilyCase family, int number, boolean video) {
        return TinyLongLive.with(Map.of("input_mode", video ? "video" : "text", "prompts", List.of(Map.of("text", "scene " + number / 2)),
                "manage_cache", false, "vace_enabled", true, "vace_use_input_video", false, "vace_ref_images", List.of("a"),
                "first_frame_image", "b", "lora_scales", List.of(Map.of("path", FamilyCase.adapter(family.family()), "scale", number))));
    }

    @ParameterizedTest
    @MethodSource("families")
    void aFailureAnywhereEndsTheOneStreamInALineAndTheOtherGoesOnAsAlone(FamilyCase family) throws Exception {
        try (LoadedPipeline model = family.load(device.device(), models)) {
            List<byte[]> alone = new ArrayList<>();
            try (PipelineStream stream = FamilyCase.open(model)) {
                for (int i = 0; i < 12; i++) {
                    alone.addAll(TinyLongLive.chunk(stream, chunk(family, i, false)));
                }
            }
            Handles idle = device.device().handles();
            List<byte[]> beside = new ArrayList<>();
            TreeSet<String> failures = new TreeSet<>();
            try (PipelineStream witness = FamilyCase.open(model)) {
                for (int i = 0; i < 12; i++) {
                    beside.addAll(TinyLongLive.chunk(witness, chunk(family, i, false)));
                    Handles before = device.device().handles();
                    long bytes = device.device().memory().tensors();
                    int operations = 5 * i + i % 3;
                    failure(family, model, i % 3, i % 2 == 0, () -> device.failAfter(operations)).ifPresent(failures::add);
                    int room = 3000 * i * i;
                    failure(family, model, i % 2, i % 4 < 2, () -> device.leave(room)).ifPresent(failures::add);
                    assertEquals(before, device.device().handles(), "after " + operations + " operations and " + room + " bytes");
                    assertEquals(bytes, device.device().memory().tensors());
                }
            }
            assertEquals(List.of(FAILED, NO_ROOM), List.copyOf(failures));
            assertEquals(idle, device.device().handles());
            assertEquals(alone.size(), beside.size());
            for (int i = 0; i < alone.size(); i++) {
                assertArrayEquals(alone.get(i), beside.get(i), "picture " + i);
            }
        }
    }

    /** What the next chunk of a stream ended with that made so many before. */
    private static Optional<String> failure(FamilyCase family, LoadedPipeline model, int chunks, boolean video, Runnable breakIt)
            throws Exception {
        try (PipelineStream victim = FamilyCase.open(model)) {
            for (int i = 0; i < chunks; i++) {
                TinyLongLive.chunk(victim, chunk(family, i, video));
            }
            breakIt.run();
            TinyLongLive.chunk(victim, chunk(family, chunks + 1, video));
            return Optional.empty();
        } catch (PipelineException e) {
            assertTrue(e.fatal());
            return Optional.of(e.getMessage());
        } finally {
            device.mend();
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void aStreamForWhichThereIsNoRoomLeavesNothingHalfOpenedBehind(FamilyCase family) throws Exception {
        try (LoadedPipeline model = family.load(device.device(), models)) {
            Handles idle = device.device().handles();
            long needed;
            try (PipelineStream stream = FamilyCase.open(model)) {
                needed = device.device().memory().tensors();
                assertTrue(needed > 0, () -> stream + " takes nothing");
            }
            for (int part = 0; part < 10; part++) {
                device.leave(needed * part / 10);
                assertEquals(NO_ROOM, assertThrows(PipelineException.class, () -> FamilyCase.open(model)).getMessage());
                device.mend();
                assertEquals(idle, device.device().handles());
                assertEquals(0, device.device().memory().tensors());
            }
        }
    }
}
