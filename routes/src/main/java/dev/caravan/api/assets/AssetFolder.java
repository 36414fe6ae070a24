package dev.caravan.api.assets;

import dev.caravan.api.ApiError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/**
 * The folder of assets. Every name from outside is resolved to a real path and must lie inside, also through symbolic links; a link that
 * leads elsewhere is neither listed nor served nor written through. Thread-safe; the methods touch the disk and block.
 */
public final class AssetFolder {

    private static final int MAX_DEPTH = 16;
    private static final int MAX_LISTED = 20_000;
    private static final String PARTIAL_PREFIX = ".upload-";

    private final Path root;
    private final long maxBytes;

    /**
     * @param root     created when missing; clients cut URLs out of paths behind a component named {@code assets}, so it should have one
     * @param maxBytes of the largest file taken
     */
    public AssetFolder(Path root, long maxBytes) {
        this.maxBytes = maxBytes;
        try {
            Files.createDirectories(root);
            this.root = root.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("the assets folder " + root + " cannot be used", e);
        }
    }

    /** Largest file taken, in bytes. */
    public long maxBytes() {
        return maxBytes;
    }

    /** The refusal of a larger file. */
    public ApiError tooLarge() {
        return new ApiError(400, "File size exceeds maximum of " + (maxBytes >> 20) + "MB");
    }

    /** All assets, or those of one kind: newest first, then by folder and name. */
    public List<Asset> list(Optional<AssetKind> kind) {
        List<Asset> found = new ArrayList<>();
        try {
            Files.walkFileTree(root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), MAX_DEPTH, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    AssetKind.of(file.getFileName().toString())
                            .filter(its -> kind.isEmpty() || kind.get() == its)
                            .filter(its -> attributes.isRegularFile() && isInside(file))
                            .ifPresent(its -> found.add(asset(file, its, attributes)));
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
        found.sort(Comparator.comparing(Asset::createdMillis).reversed()
                .thenComparing(asset -> asset.folder().orElse(""))
                .thenComparing(Asset::name));
        return found;
    }

    /**
     * Where an upload of this name goes. Creates nothing.
     *
     * @throws ApiError 400 when the extension is not taken or the name leaves the folder
     */
    public Path target(String fileName) {
        if (AssetKind.of(fileName).isEmpty()) {
            throw new ApiError(400, "Invalid file type. Allowed types: " + AssetKind.allowed());
        }
        Path target = resolve(fileName, 400, "Invalid filename");
        Path folder = nearestFolder(target);
        boolean hidden = target.getFileName().toString().startsWith(".");
        boolean deep = root.relativize(target).getNameCount() > MAX_DEPTH;
        if (hidden || deep || Files.isDirectory(target) || !Files.isDirectory(folder) || !isInside(folder)) {
            throw new ApiError(400, "Invalid filename");
        }
        return target;
    }

    /** A new, empty file beside the assets to stream an upload into. */
    public Path newPartial() throws IOException {
        return Files.createTempFile(root, PARTIAL_PREFIX, ".part");
    }

    /** Moves a complete upload to its place, replacing what was there in one step. */
    public Asset store(Path partial, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        if (!isInside(target.getParent())) {
            throw new ApiError(400, "Invalid filename"); // a link was put there meanwhile
        }
        Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        AssetKind kind = AssetKind.of(target.getFileName().toString()).orElseThrow();
        return asset(target, kind, Files.readAttributes(target, BasicFileAttributes.class));
    }

    /** Removes what uploads broken off by a crash left behind. */
    public void removePartials() throws IOException {
        try (var left = Files.newDirectoryStream(root, PARTIAL_PREFIX + "*.part")) {
            for (Path partial : left) {
                Files.deleteIfExists(partial);
            }
        }
    }

    /**
     * The file a client asks for.
     *
     * @param path relative to the folder; of an absolute one only the file name counts
     * @throws ApiError 403 when it leaves the folder, 404 when there is none
     */
    public Path find(String path) {
        String wanted = path.startsWith("/") || path.startsWith("root/") ? path.substring(path.lastIndexOf('/') + 1) : path;
        Path file = resolve(wanted, 403, "Invalid path");
        if (!Files.isRegularFile(file) || AssetKind.of(file.getFileName().toString()).isEmpty()) {
            throw new ApiError(404, "Asset not found");
        }
        if (!isInside(file)) {
            throw new ApiError(403, "Invalid path");
        }
        return file;
    }

    /**
     * The image a parameter names (contract §0.3, V17).
     *
     * @param path as {@link #list} gives it, or relative to the folder, with or without {@code assets/} before it
     * @return its real path; empty when there is none, or it leads out of the folder
     */
    public Optional<Path> image(String path) {
        try {
            Path file = path.startsWith(root + "/")
                    ? resolve(path, 404, "Asset not found")
                    : resolve(path.replaceFirst("^/?assets/", ""), 404, "Asset not found");
            Path real = file.toRealPath();
            boolean image = AssetKind.of(file.getFileName().toString()).filter(AssetKind.IMAGE::equals).isPresent();
            return image && Files.isRegularFile(real) && real.startsWith(root) ? Optional.of(real) : Optional.empty();
        } catch (ApiError | IOException e) {
            return Optional.empty();
        }
    }

    private Path resolve(String name, int status, String refusal) {
        if (name.indexOf('\\') >= 0 || name.chars().anyMatch(Character::isISOControl)) {
            throw new ApiError(status, refusal);
        }
        try {
            Path resolved = root.resolve(name).normalize();
            if (resolved.startsWith(root) && !resolved.equals(root)) {
                return resolved;
            }
        } catch (InvalidPathException e) {
            // refused below, with the same words
        }
        throw new ApiError(status, refusal);
    }

    /** The nearest ancestor that exists. */
    private static Path nearestFolder(Path path) {
        Path at = path.getParent();
        while (!Files.exists(at)) {
            at = at.getParent();
        }
        return at;
    }

    private boolean isInside(Path path) {
        try {
            return path.toRealPath().startsWith(root);
        } catch (IOException e) {
            return false;
        }
    }

    private Asset asset(Path file, AssetKind kind, BasicFileAttributes attributes) {
        Optional<String> folder = Optional.of(root.relativize(file.getParent()).toString()).filter(f -> !f.isEmpty());
        return new Asset(file, folder, kind, attributes.size(), attributes.creationTime().toMillis());
    }
}
