package dev.caravan.api.loras;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The adapters of the hub: the own folder and, when there is one, a read-only folder of shared samples. Links out of a folder are
 * followed: its owner put them there, and nothing is served from here. Thread-safe; {@link #list()} touches the disk and blocks.
 */
public final class LoraFolder {

    private static final String EXTENSION = ".safetensors";
    private static final int MAX_DEPTH = 8;
    private static final int MAX_LISTED = 10_000;

    private final Path own;
    private final Optional<Path> shared;

    /** Neither folder has to exist. */
    public LoraFolder(Path own, Optional<Path> shared) {
        this.own = own.toAbsolutePath().normalize();
        this.shared = shared.map(s -> s.toAbsolutePath().normalize());
    }

    /** All adapters by folder, then name. */
    public List<LoraFile> list() {
        List<LoraFile> found = new ArrayList<>(scan(own, false));
        shared.ifPresent(samples -> found.addAll(scan(samples, true)));
        found.sort(Comparator.comparing((LoraFile file) -> file.folder().orElse("")).thenComparing(LoraFile::name));
        return found;
    }

    private static List<LoraFile> scan(Path root, boolean readOnly) {
        List<LoraFile> found = new ArrayList<>();
        if (!Files.isDirectory(root)) {
            return found;
        }
        LoraManifest manifest = LoraManifest.read(root);
        try {
            Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), MAX_DEPTH, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
                    if (attributes.isRegularFile() && name.endsWith(EXTENSION)) {
                        found.add(describe(root, file, attributes, manifest, readOnly));
                    }
                    return found.size() < MAX_LISTED ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException cause) {
                    return FileVisitResult.CONTINUE; // a loop of links, or a file that vanished: list the others
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static LoraFile describe(
            Path root, Path file, BasicFileAttributes attributes, LoraManifest manifest, boolean readOnly) {
        Path relative = root.relativize(file);
        Optional<String> folder = Optional.ofNullable(relative.getParent()).map(Path::toString);
        String key = relative.toString().replace('\\', '/');
        return new LoraFile(file, folder, attributes.size(), manifest.sha256(key), manifest.provenance(key), readOnly);
    }
}
