package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.diffusion.RollingWindow;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;
import dev.caravan.inference.tiny.TinySet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A family made up after "Adding a causal family" of CONTRIBUTING.md and nothing else: that page is wrong when this class needs more than it
 * says. Files and schema, which a real one has in {@code Artifacts} and {@code schemas}, are those of another under its names.
 */
class ASixthFamilyTest {

    /** A window of eight latent frames, two of which stay; nothing is run again when the prompt changes. */
    private static final class EightFrames implements CausalFamily {
        @Override
        public String id() {
            return "eight-frames";
        }

        @Override
        public String generator() {
            return "EightFrames/model.pt";
        }

        @Override
        public KvCachePolicy newCachePolicy() {
            return new RollingWindow(8, 2);
        }
    }

    private static final String PICTURE = "begin.png";
    private static final int CHUNKS = 4;

    @TempDir
    Path folder;
    private Path models;

    @BeforeEach
    void copySet() throws IOException {
        models = TinyLongLive.linked(TinySet.models(), folder.resolve("models"));
        Files.createDirectories(models.resolve("EightFrames"));
        Files.copy(models.resolve("Reward-Forcing-T2V-1.3B/rewardforcing.pt"), models.resolve("EightFrames/model.pt"));
    }

    @Test
    void itGeneratesFromTextBeyondItsWindow() throws Exception {
        try (LoadedPipeline model = load(Map.of()); PipelineStream stream = open(model); PipelineStream same = open(model)) {
            List<byte[]> pictures = chunks(stream, TinyLongLive.text("a boat"));
            assertEquals(9 + (CHUNKS - 1) * 12, pictures.size());
            assertArrayEquals(pictures.toArray(), chunks(same, TinyLongLive.text("a boat")).toArray());
        }
    }

    @Test
    void itGeneratesFromVideo() throws Exception {
        try (LoadedPipeline model = load(Map.of()); PipelineStream stream = open(model)) {
            assertEquals(12, stream.inputFrames(TinyLongLive.video("a boat")));
            assertEquals(13 + (CHUNKS - 1) * 12, chunks(stream, TinyLongLive.video("a boat")).size());
        }
    }

    @Test
    void aFirstPictureGuidesIt() throws Exception {
        Parameters guided = TinyLongLive.with(Map.of("prompts", prompts(), "first_frame_image", PICTURE));
        try (LoadedPipeline model = load(Map.of("vace_enabled", true)); PipelineStream stream = open(model); PipelineStream free = open(model)) {
            assertOthers(chunks(free, TinyLongLive.text("a boat")), chunks(stream, guided));
        }
    }

    @Test
    void anAdapterChangesItMergedOrBesideIt() throws Exception {
        try (LoadedPipeline plain = load(Map.of()); PipelineStream without = open(plain)) {
            List<byte[]> expected = chunks(without, TinyLongLive.text("a boat"));
            for (MergeMode mode : List.of(MergeMode.PERMANENT_MERGE, MergeMode.RUNTIME_PEFT)) {
                Map<String, Object> adapted = LoraFiles.load(mode.wireName(), LoraFiles.adapter(LoraFiles.CONVERTED, 1.5));
                try (LoadedPipeline model = load(adapted); PipelineStream stream = open(model)) {
                    assertOthers(expected, chunks(stream, TinyLongLive.text("a boat")));
                }
            }
        }
    }

    @Test
    void allOfItWorksTogether() throws Exception {
        Map<String, Object> everything = new HashMap<>(LoraFiles.load("runtime_peft", LoraFiles.adapter(LoraFiles.TRAINER, 1)));
        everything.put("vace_enabled", true);
        Map<String, Object> guided = Map.of("input_mode", "video", "prompts", prompts(), "vace_enabled", true,
                "lora_scales", List.of(LoraFiles.adapter(LoraFiles.TRAINER, 0.5)), "manage_cache", false);
        try (LoadedPipeline model = load(everything); PipelineStream stream = open(model)) {
            assertEquals(CHUNKS * 12 - 3, chunks(stream, TinyLongLive.with(guided)).size());
            assertEquals(12 + 1, TinyLongLive.chunk(stream, TinyLongLive.video("neon city at night")).size(), "begins anew from video");
        }
    }

    @Test
    void itsMissingFileIsNamed() throws Exception {
        Files.delete(models.resolve("EightFrames/model.pt"));
        String message = assertThrows(PipelineException.class, () -> load(Map.of())).getMessage();
        assertTrue(message.contains("eight-frames") && message.contains("EightFrames/model.pt"), message);
    }

    private LoadedPipeline load(Map<String, Object> more) throws Exception {
        EightFrames family = new EightFrames();
        PipelineSchema schema = new PipelineSchema(PipelineSchema.load("longlive").json().deepCopy().put("id", family.id()));
        return new CausalPipeline(family, schema, folder -> List.of(), Ort::cpu).load(TinyLongLive.request(models, more), Progress.NONE);
    }

    private static PipelineStream open(LoadedPipeline model) throws PipelineException {
        return model.open(new SessionSeed("session", path -> (Rgb24) TinyLongLive.frames(1, 20, 12, 3).getFirst().picture()));
    }

    private static List<Map<String, Object>> prompts() {
        return List.of(Map.of("text", "a boat", "weight", 1.0));
    }

    private static List<byte[]> chunks(PipelineStream stream, Parameters parameters) throws Exception {
        List<byte[]> pictures = new ArrayList<>();
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            pictures.addAll(TinyLongLive.chunk(stream, parameters));
        }
        return pictures;
    }

    private static void assertOthers(List<byte[]> expected, List<byte[]> actual) {
        assertEquals(expected.size(), actual.size());
        assertFalse(Arrays.deepEquals(expected.toArray(), actual.toArray()));
    }
}
