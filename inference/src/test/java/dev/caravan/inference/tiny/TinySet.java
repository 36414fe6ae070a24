package dev.caravan.inference.tiny;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** One set of small model files for all tests of this JVM; nobody writes into it but what a pipeline derives from it. */
public final class TinySet {

    private static final Path MODELS = written();

    private TinySet() {}

    /** The models folder. */
    public static Path models() {
        return MODELS;
    }

    private static Path written() {
        try {
            Path models = Files.createTempDirectory(Path.of("target").toAbsolutePath(), "tiny-models-");
            TinyModels.write(models, TinyModels.DEFAULT_SEED);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(models)));
            return models;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> inside = Files.walk(folder)) {
            inside.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            // It stays in the build folder until that is cleaned.
        }
    }
}
