package dev.caravan;

import dev.caravan.inference.tiny.TinyModels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The small set of random weights that {@code longlive} really runs on; written once for all tests of a JVM. */
public final class TinySet {

    /** Networks on the CPU, no Kafka. */
    private static final String[] FLAGS = {"--device=cpu", "--kafka=none"};

    private TinySet() {}

    /** A models folder with every file of the set. Tests add nothing to it and take nothing away. */
    public static Path folder() {
        return Folder.PATH;
    }

    /** A hub that finds the set where its models lie. */
    public static TestHub hub(String... flags) {
        return TestHub.start(Stream.concat(
                        Stream.concat(Stream.of(FLAGS), Stream.of("--models-dir=" + folder())), Stream.of(flags))
                .toArray(String[]::new));
    }

    private static final class Folder {

        static final Path PATH = write();

        private static Path write() {
            try {
                Path folder = Files.createTempDirectory("caravan-tiny-set-");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
                TinyModels.write(folder, TinyModels.DEFAULT_SEED);
                return folder;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void remove(Path folder) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            } catch (IOException e) {
                // The operating system cleans its temporary folder.
            }
        }
    }
}
