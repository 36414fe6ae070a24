package dev.caravan.inference.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The model files on disk: {@code <models>/<repository name without owner>/<file>}. Only looks; keeps nothing in memory, so files put
 * there by hand count at once. Thread-safe.
 */
public final class ModelStore {

    /** Ends the name of what is not whole yet. */
    static final String INCOMPLETE = ".incomplete";

    /** Nobody's configuration is larger. */
    private static final long LARGEST_CONFIG = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Below the models folder: weights that were made out of a pipeline's files, {@code <pipeline>-<digest>.safetensors}. */
    public static final String DERIVED = "derived";

    private final Path modelsFolder;

    public ModelStore(Path modelsFolder) {
        this.modelsFolder = modelsFolder.toAbsolutePath().normalize();
    }

    public Path modelsFolder() {
        return modelsFolder;
    }

    /**
     * What the pipeline needs and the store does not have.
     *
     * @return paths relative to the models folder with forward slashes, a directory with one at its end; empty for a pipeline that needs
     *         nothing or is not known
     */
    public List<String> missing(String pipelineId) {
        return Artifacts.of(pipelineId).stream()
                .flatMap(artifact -> artifact.files().stream()
                        .filter(file -> !has(artifact, file))
                        .map(file -> artifact.folder() + "/" + file))
                .toList();
    }

    /** Whether every file the pipeline needs is there. */
    public boolean downloaded(String pipelineId) {
        return missing(pipelineId).isEmpty();
    }

    /** What the pipeline needs and what of it is there, one entry for each file or directory of its artifacts. */
    public List<StoredFile> files(String pipelineId) {
        return Artifacts.of(List.of(pipelineId)).stream()
                .flatMap(artifact -> artifact.files().stream().map(file -> stored(artifact, file)))
                .toList();
    }

    /** Whether a {@code config.json} of the pipeline's files says that these were made with random weights, for trying things out. */
    public boolean randomWeights(String pipelineId) {
        return Artifacts.of(pipelineId).stream().map(artifact -> folder(artifact).resolve("config.json")).anyMatch(ModelStore::saysRandom);
    }

    private static boolean saysRandom(Path config) {
        try {
            return Files.isRegularFile(config)
                    && Files.size(config) <= LARGEST_CONFIG
                    && JSON.readTree(Files.readAllBytes(config)).path("random_weights").asBoolean();
        } catch (IOException e) {
            // Whoever needs it says what is wrong with it.
            return false;
        }
    }

    private StoredFile stored(Artifact artifact, String file) {
        return new StoredFile(artifact.folder() + "/" + file, has(artifact, file), size(path(artifact, file)));
    }

    private static long size(Path path) {
        try (Stream<Path> inside = Files.exists(path) ? Files.walk(path) : Stream.empty()) {
            return inside.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    /** The folder of a repository. */
    Path folder(Artifact artifact) {
        return modelsFolder.resolve(artifact.folder());
    }

    /** Whether one file is there, or one directory with something in it. */
    boolean has(Artifact artifact, String file) {
        Path path = path(artifact, file);
        if (!file.endsWith("/")) {
            return Files.isRegularFile(path);
        }
        return Files.isDirectory(path) && !Files.exists(incomplete(path), LinkOption.NOFOLLOW_LINKS) && holdsAFile(path);
    }

    /**
     * Where a file of an artifact lies or is to lie.
     *
     * @throws IllegalArgumentException for a name that leads out of the artifact's folder
     */
    Path path(Artifact artifact, String file) {
        Path folder = modelsFolder.resolve(artifact.folder()).normalize();
        Path path = folder.resolve(file).normalize();
        if (!folder.startsWith(modelsFolder) || folder.equals(modelsFolder) || !path.startsWith(folder) || path.equals(folder)) {
            throw new IllegalArgumentException(file + " is no file of " + artifact.repo());
        }
        return path;
    }

    /** The part of a file that has arrived; for a directory, the mark that not all of it has. */
    static Path incomplete(Path path) {
        return path.resolveSibling(path.getFileName() + INCOMPLETE);
    }

    private static boolean holdsAFile(Path folder) {
        try (Stream<Path> inside = Files.walk(folder)) {
            return inside.anyMatch(path -> Files.isRegularFile(path) && !path.toString().endsWith(INCOMPLETE));
        } catch (IOException | UncheckedIOException e) {
            // A directory that cannot be read is of no use to a pipeline either.
            return false;
        }
    }

    /**
     * @param path    below the models folder, with forward slashes; a directory with one at its end
     * @param present whole and in its place
     * @param bytes   on disk
     */
    public record StoredFile(String path, boolean present, long bytes) {}
}
