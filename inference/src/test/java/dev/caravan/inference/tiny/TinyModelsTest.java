package dev.caravan.inference.tiny;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.inference.model.ModelStore;
import dev.caravan.inference.tiny.TinyModels.Written;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.io.TempDir;

/** Where a set is written, and where not. */
class TinyModelsTest {

    private static final String CONFIG = "Wan2.1-T2V-1.3B/config.json";
    private static final String GENERATOR = "LongLive-1.3B/models/longlive_base.pt";

    @TempDir
    Path models;

    @TempDir
    Path elsewhere;

    @ParameterizedTest
    @ValueSource(strings = {"streamdiffusionv2", "longlive", "krea-realtime-video", "reward-forcing", "memflow"})
    void theStoreMissesNothing(String pipeline) throws IOException {
        assertFalse(new ModelStore(models).downloaded(pipeline));
        TinyModels.write(models, 1);
        assertEquals(List.of(), new ModelStore(models).missing(pipeline));
        assertTrue(new ModelStore(models).randomWeights(pipeline));
        assertFalse(new ModelStore(models).randomWeights("rife"));
    }

    @Test
    void aSetHasAFewMegabytes() throws IOException {
        long bytes = TinyModels.write(models, 1).stream().mapToLong(Written::bytes).sum();
        assertTrue(bytes < 10_000_000, bytes + " bytes");
    }

    @Test
    void theSameSeedGivesTheSameBytesAndAnotherSeedOthers() throws IOException {
        TinyModels.write(models.resolve("a"), 5);
        TinyModels.write(models.resolve("b"), 5);
        TinyModels.write(models.resolve("c"), 6);
        Map<String, byte[]> first = files(models.resolve("a"));
        Map<String, byte[]> same = files(models.resolve("b"));
        Map<String, byte[]> other = files(models.resolve("c"));
        assertEquals(first.keySet(), same.keySet());
        first.forEach((file, bytes) -> assertArrayEquals(bytes, same.get(file), file));
        first.keySet().stream().filter(file -> file.matches(".*\\.(pt|pth|safetensors)")).forEach(
                file -> assertFalse(Arrays.equals(first.get(file), other.get(file)), file));
    }

    @Test
    void theSetSaysThatItsWeightsAreRandom() throws IOException {
        TinyModels.write(models, 1);
        Map<String, byte[]> files = files(models);
        assertTrue(text(files.get("README.txt")).startsWith("Random weights"));
        for (String repository : List.of("Wan2.1-T2V-1.3B", "WanVideo_comfy", "Autoencoders", "LongLive-1.3B")) {
            assertTrue(new ObjectMapper().readTree(files.get(repository + "/config.json")).path("random_weights").asBoolean(), repository);
        }
        files.forEach((file, bytes) -> {
            if (file.endsWith(".safetensors")) {
                assertTrue(text(bytes).contains("\"random_weights\":\"true\""), file);
            }
        });
    }

    @Test
    void aSecondTimeNothingIsWrittenButWhatIsGone() throws IOException {
        assertTrue(TinyModels.write(models, 1).stream().allMatch(Written::isNew));
        Map<String, byte[]> before = files(models);
        Files.delete(models.resolve(GENERATOR));
        List<Written> again = TinyModels.write(models, 1);
        assertEquals(List.of(GENERATOR), again.stream().filter(Written::isNew).map(Written::path).toList());
        assertEquals(List.copyOf(before.keySet()), again.stream().map(Written::path).toList());
        assertArrayEquals(before.get(GENERATOR), Files.readAllBytes(models.resolve(GENERATOR)));
        assertEquals(before.keySet(), files(models).keySet(), "nothing is left behind");
    }

    @Test
    void aFileOfOtherOriginIsNamedAndKept() throws IOException {
        place(models.resolve(CONFIG), "{\"dim\": 1536}");
        IOException refused = assertThrows(IOException.class, () -> TinyModels.write(models, 1));
        assertEquals("there are other model files already: " + CONFIG + "; random weights need a folder of their own", refused.getMessage());
        assertEquals(List.of(CONFIG), List.copyOf(files(models).keySet()), "and nothing is written");
        assertEquals("{\"dim\": 1536}", Files.readString(models.resolve(CONFIG)));
    }

    @Test
    void modelsOfAnotherPipelineAreNotMixedWithRandomOnes() throws IOException {
        place(models.resolve("StreamDiffusionV2/wan_causal_dmd_v2v/model.pt.incomplete"), "half");
        assertThrows(IOException.class, () -> TinyModels.write(models, 1));
        assertEquals(1, files(models).size());
    }

    @Test
    void aSetOfAnotherSeedIsNotWrittenOver() throws IOException {
        TinyModels.write(models, 1);
        Map<String, byte[]> before = files(models);
        assertThrows(IOException.class, () -> TinyModels.write(models, 2));
        Map<String, byte[]> after = files(models);
        before.forEach((file, bytes) -> assertArrayEquals(bytes, after.get(file), file));
    }

    @Test
    void modelsBehindALinkAreSeen() throws IOException {
        place(elsewhere.resolve("Wan2.1_VAE.pth"), "real");
        Files.createSymbolicLink(models.resolve("Wan2.1-T2V-1.3B"), elsewhere);
        assertThrows(IOException.class, () -> TinyModels.write(models, 1));
        assertEquals(List.of("Wan2.1_VAE.pth"), List.copyOf(files(elsewhere).keySet()));
    }

    @Test
    void aLinkThatLeadsNowhereIsNotWrittenThrough() throws IOException {
        Files.createDirectories(models.resolve("Wan2.1-T2V-1.3B"));
        Files.createSymbolicLink(models.resolve(CONFIG), elsewhere.resolve("gone.json"));
        assertThrows(IOException.class, () -> TinyModels.write(models, 1));
        assertEquals(0, files(elsewhere).size());
        assertTrue(Files.isSymbolicLink(models.resolve(CONFIG)));
    }

    @Test
    void linksInACircleAreRefused() throws IOException {
        Files.createDirectories(models.resolve("RIFE"));
        Files.createSymbolicLink(models.resolve("RIFE/again"), models.resolve("RIFE"));
        assertThrows(IOException.class, () -> TinyModels.write(models, 1));
        assertEquals(0, files(models).size());
    }

    @Test
    void whatIsNoModelFileDoesNotMatter() throws IOException {
        place(models.resolve("LongLive-1.3B/.caravan.jsonl"), "{}");
        place(models.resolve("lora/style.safetensors"), "mine");
        TinyModels.write(models, 1);
        assertEquals("mine", Files.readString(models.resolve("lora/style.safetensors")));
    }

    private static Map<String, byte[]> files(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> inside = Files.walk(folder)) {
            for (Path file : inside.filter(Files::isRegularFile).toList()) {
                files.put(folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
            }
        }
        return files;
    }

    private static void place(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
