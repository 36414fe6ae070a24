package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.ort.FragileDevice;
import dev.caravan.inference.ort.Handles;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that change something in every chunk, at random: each family makes what they ask for, twice the same, and takes no more for it. */
@Timeout(120)
class ClientWalkTest {

    private static final int CHUNKS = 50;

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

    static Stream<FamilyCase> oneOfEach() {
        return families().stream().filter(family -> family.name().equals(family.family().id()));
    }

    @ParameterizedTest
    @MethodSource("families")
    void twoClientsThatDoTheSameSideBySideSeeTheSame(FamilyCase family) throws Exception {
        try (LoadedPipeline model = family.load(device.device(), models);
                PipelineStream one = FamilyCase.open(model);
                PipelineStream other = FamilyCase.open(model)) {
            Map<String, Object> before = Map.of();
            List<Map<String, Object>> walk = family.walk(CHUNKS, 1);
            for (int chunk = 0; chunk < CHUNKS; chunk++) {
                Parameters now = new Parameters(walk.get(chunk));
                List<byte[]> pictures = TinyLongLive.chunk(one, now, TinyLongLive.input(one, now, chunk));
                List<byte[]> again = TinyLongLive.chunk(other, now, TinyLongLive.input(other, now, chunk));
                String where = "chunk " + chunk + " with " + now.values() + " after " + before;
                requireCount(family, before, now.values(), pictures.size(), where);
                assertEquals(pictures.size(), again.size(), where);
                for (int i = 0; i < again.size(); i++) {
                    assertArrayEquals(pictures.get(i), again.get(i), where);
                }
                before = now.values();
            }
        }
        assertEquals(new Handles(0, 0, 0), device.device().handles());
        assertEquals(0, device.device().memory().tensors());
    }

    private static void requireCount(
            FamilyCase family, Map<String, Object> before, Map<String, Object> now, int pictures, String where) {
        boolean manages = !Boolean.FALSE.equals(now.get("manage_cache"));
        boolean anew = before.isEmpty() || fromVideo(before) != fromVideo(now) || now.containsKey("reset_cache") || manages
                && (now.containsKey("lora_scales") || !Objects.equals(before.get("denoising_step_list"), now.get("denoising_step_list")));
        // A new prompt begins anew where there is input and caches are managed.
        boolean maybeAnew = manages && "video".equals(now.get("input_mode"));
        int first = family.firstPictures(fromVideo(now));
        int later = family.laterPictures();
        assertTrue(pictures == (anew ? first : later) || maybeAnew && pictures == first, pictures + " pictures of " + where);
    }

    private static boolean fromVideo(Map<String, Object> parameters) {
        boolean guides = Boolean.TRUE.equals(parameters.get("vace_enabled")) && !Boolean.FALSE.equals(parameters.get("vace_use_input_video"));
        return "video".equals(parameters.get("input_mode")) && !guides;
    }

    @ParameterizedTest
    @MethodSource("families")
    void aClientThatDoesItAllAgainTakesNoMore(FamilyCase family) throws Exception {
        try (LoadedPipeline model = family.load(device.device(), models); PipelineStream stream = FamilyCase.open(model)) {
            walk(family, stream);
            Handles handles = device.device().handles();
            long bytes = device.device().memory().tensors();
            walk(family, stream);
            assertEquals(handles, device.device().handles());
            assertEquals(bytes, device.device().memory().tensors());
        }
    }

    @ParameterizedTest
    @MethodSource("oneOfEach")
    void inputThatNowGuidesAndNowIsBegunWithBeginsAnewEachTimeAndTakesNoMore(FamilyCase family) throws Exception {
        try (LoadedPipeline model = family.load(device.device(), models); PipelineStream stream = FamilyCase.open(model)) {
            Handles warm = device.device().handles();
            for (int chunk = 0; chunk < CHUNKS; chunk++) {
                boolean guides = chunk % 2 == 0;
                Parameters now = TinyLongLive.with(Map.of("input_mode", "video", "vace_enabled", true, "vace_use_input_video", guides,
                        "denoising_step_list", List.of(1000)));
                assertEquals(family.firstPictures(!guides), TinyLongLive.chunk(stream, now).size(), "chunk " + chunk);
                if (chunk == 1) {
                    warm = device.device().handles();
                }
            }
            assertEquals(warm, device.device().handles());
        }
    }

    private static void walk(FamilyCase family, PipelineStream stream) throws Exception {
        for (Map<String, Object> chunk : family.walk(CHUNKS / 2, 2)) {
            TinyLongLive.chunk(stream, new Parameters(chunk));
        }
        // So that both begin alike.
        TinyLongLive.chunk(stream, TinyLongLive.with(Map.of("reset_cache", true)));
    }
}
