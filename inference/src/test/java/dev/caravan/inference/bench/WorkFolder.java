package dev.caravan.inference.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A folder of one's own for files that are made, gone when closed. */
public record WorkFolder(Path path) implements AutoCloseable {

    /** @param parent where; the system's temporary folder when empty */
    public static WorkFolder in(Optional<Path> parent) throws IOException {
        if (parent.isEmpty()) {
            return new WorkFolder(Files.createTempDirectory("caravan-bench"));
        }
        Files.createDirectories(parent.get());
        return new WorkFolder(Files.createTempDirectory(parent.get(), "caravan-bench"));
    }

    @Override
    public void close() throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(path)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }
}
