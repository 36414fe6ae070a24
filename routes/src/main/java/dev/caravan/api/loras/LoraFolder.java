package dev.caravan.api.loras;

import dev.caravan.api.ApiError;
import dev.caravan.inference.model.WebDownloads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The adapters of the hub: the own folder and, when there is one, a read-only folder of shared samples. Links out of a folder are
 * followed: its owner put them there, and nothing is served from here; but nothing is written or deleted through them. Thread-safe; the
 * methods touch the disk and block.
 */
public final class LoraFolder {

    private static final String PART_PREFIX = ".lora-";
    private static final String PART_SUFFIX = ".part";
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

    /**
     * Where a new file of this name goes. Creates nothing.
     *
     * @throws ApiError 400 when the name leads elsewhere, 409 when there is such a file
     */
    Path target(LoraName name) {
        Path target = resolve(own, name);
        if (name.folder().isPresent() && Files.exists(target.getParent()) && !isInside(target.getParent())) {
            throw ApiError.badRequest("Invalid destination path");
        }
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw exists(name);
        }
        return target;
    }

    /** A name for a file that is still to be written, beside the adapters so that it can be moved in one step. */
    Path newPart() throws IOException {
        Files.createDirectories(own);
        return own.resolve(PART_PREFIX + UUID.randomUUID() + PART_SUFFIX);
    }

    /** Removes what downloads broken off by a crash left behind. */
    void removeParts() throws IOException {
        if (Files.isDirectory(own)) {
            WebDownloads.removeLeftParts(own, PART_PREFIX + "*" + PART_SUFFIX);
        }
    }

    /**
     * Gives a part its name, then records it: after a crash in between it is a file of which nothing is known.
     *
     * @throws ApiError 409 when somebody put a file there meanwhile
     */
    void store(Path part, LoraName name, LoraManifest.Entry entry) throws IOException {
        Path target = target(name);
        Files.createDirectories(target.getParent());
        if (!isInside(target.getParent())) {
            throw ApiError.badRequest("Invalid destination path"); // a link was put there meanwhile
        }
        try {
            Files.move(part, target);
        } catch (FileAlreadyExistsException e) {
            throw exists(name);
        }
        record(entry);
    }

    /** An own file as clients see it. */
    LoraFile describe(LoraName name) throws IOException {
        Path file = resolve(own, name);
        return describe(own, file, Files.readAttributes(file, BasicFileAttributes.class), LoraManifest.read(own), false);
    }

    /** Whether there is such a file; without a sub-folder in its name it may lie in any, and among the shared samples. */
    boolean has(LoraName name) throws IOException {
        if (find(name).isPresent() || isShared(name)) {
            return true;
        }
        return name.folder().isEmpty()
                && (!named(name.file()).isEmpty()
                        || shared.isPresent() && !search(shared.get(), name.file()::equals).isEmpty());
    }

    /** Puts an entry in the manifest. */
    synchronized void record(LoraManifest.Entry entry) throws IOException {
        LoraManifest.read(own).with(entry).write();
    }

    /** What is recorded of a file. */
    Optional<LoraManifest.Entry> recorded(LoraName name) throws IOException {
        Path file = resolve(own, name);
        return Files.isRegularFile(file) ? LoraManifest.read(own).find(name.key(), Files.size(file)) : Optional.empty();
    }

    /** The own file of this name; empty when there is none. */
    Optional<Path> find(LoraName name) {
        return Optional.of(resolve(own, name)).filter(Files::isRegularFile);
    }

    /** Whether the shared samples have a file of this name. */
    boolean isShared(LoraName name) {
        return shared.filter(samples -> Files.isRegularFile(resolve(samples, name))).isPresent();
    }

    /** The own files of one file name: at the top, then in its sub-folders by name. */
    List<LoraName> named(String file) throws IOException {
        return search(own, file::equals);
    }

    /**
     * Deletes the first own adapter of this name, at the top or in a sub-folder.
     *
     * @param stem file name without its extension
     * @throws ApiError 404 when there is none, 403 when it is a shared sample
     */
    synchronized void delete(String stem) throws IOException {
        List<LoraName> found = search(own, file -> isStem(file, stem));
        if (!found.isEmpty()) {
            LoraName name = found.getFirst();
            Files.deleteIfExists(resolve(own, name));
            LoraManifest.read(own).without(name.key()).write();
            return;
        }
        if (shared.isPresent() && !search(shared.get(), file -> isStem(file, stem)).isEmpty()) {
            throw new ApiError(403, "LoRA file '" + stem + "' is a shared sample and cannot be deleted");
        }
        throw ApiError.notFound("LoRA file '" + stem + "' not found");
    }

    private static boolean isStem(String file, String stem) {
        return LoraName.isAdapter(file) && file.substring(0, file.lastIndexOf('.')).equals(stem);
    }

    private static List<LoraName> search(Path root, Predicate<String> wanted) throws IOException {
        List<LoraName> found = new ArrayList<>();
        if (!Files.isDirectory(root)) {
            return found;
        }
        found.addAll(search(root, Optional.empty(), wanted));
        for (Path folder : entries(root)) {
            if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                found.addAll(search(folder, Optional.of(folder.getFileName().toString()), wanted));
            }
        }
        return found;
    }

    private static List<LoraName> search(Path folder, Optional<String> name, Predicate<String> wanted)
            throws IOException {
        return entries(folder).stream()
                .filter(Files::isRegularFile)
                .map(file -> file.getFileName().toString())
                .filter(wanted)
                .map(file -> new LoraName(name, file))
                .toList();
    }

    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.limit(MAX_LISTED).sorted().toList();
        }
    }

    private static Path resolve(Path root, LoraName name) {
        try {
            return root.resolve(name.key());
        } catch (InvalidPathException e) {
            throw ApiError.badRequest("Invalid filename"); // this system cannot write it
        }
    }

    private boolean isInside(Path folder) {
        try {
            return folder.toRealPath().startsWith(own.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    static ApiError exists(LoraName name) {
        return new ApiError(409, "File '" + name.file() + "' already exists.");
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
                    if (attributes.isRegularFile() && LoraName.isAdapter(file.getFileName().toString())) {
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
        Optional<LoraManifest.Entry> entry = manifest.find(key, attributes.size());
        return new LoraFile(
                file,
                folder,
                attributes.size(),
                entry.flatMap(LoraManifest.Entry::sha256),
                entry.flatMap(LoraManifest.Entry::provenance),
                readOnly);
    }
}
