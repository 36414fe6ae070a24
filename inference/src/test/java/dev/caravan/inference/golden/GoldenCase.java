package dev.caravan.inference.golden;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.StoredTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One recorded case: its manifest and its tensors.
 *
 * @param folder   holds {@code manifest.json} and {@code tensors.safetensors}
 * @param manifest what was called and what came out
 */
public record GoldenCase(Path folder, JsonNode manifest) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** All cases whose manifest is accepted; a set without any such case is not an error of the tests but of who asks for it. */
    public static List<GoldenCase> where(Predicate<JsonNode> manifest) {
        try (Stream<Path> folders = Files.list(root())) {
            return folders.filter(folder -> Files.exists(folder.resolve("manifest.json")))
                    .sorted()
                    .map(GoldenCase::read)
                    .filter(golden -> manifest.test(golden.manifest()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        String other = System.getProperty("caravan.golden", "");
        if (!other.isEmpty()) {
            return Path.of(other);
        }
        try {
            return Path.of(GoldenCase.class.getResource("/golden").toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static GoldenCase read(Path folder) {
        try {
            return new GoldenCase(folder, JSON.readTree(folder.resolve("manifest.json").toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The case's name, for test reports. */
    @Override
    public String toString() {
        return folder.getFileName().toString();
    }

    /** The calls (or tests), in order. */
    public List<JsonNode> calls() {
        return manifest.path("calls").valueStream().toList();
    }

    /** A tensor of the case as floats. */
    public float[] floats(String tensor) throws CheckpointException {
        return Checkpoint.floats(stored(tensor));
    }

    public StoredTensor stored(String tensor) throws CheckpointException {
        return checkpoint("tensors.safetensors").find(tensor)
                .orElseThrow(() -> new AssertionError(this + " has no tensor " + tensor));
    }

    /** A checkpoint by its path relative to the case. */
    public Checkpoint checkpoint(String relative) throws CheckpointException {
        return Checkpoint.open(folder.resolve(relative).normalize());
    }

    /** The weights the manifest points to. */
    public Checkpoint weights() throws CheckpointException {
        return checkpoint(manifest.path("weights").asText());
    }

    /** A configuration number by its path, for example {@code config.dim}. */
    public int config(String key) {
        return manifest.at("/config/" + key.replace('.', '/')).asInt();
    }
}
