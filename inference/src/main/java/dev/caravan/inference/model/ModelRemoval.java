package dev.caravan.inference.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Deletes the files of pipelines, what was downloaded of them so far, and what was made out of them. Never follows a link out of the models
 * folder.
 */
public final class ModelRemoval {

    private final ModelStore store;

    public ModelRemoval(ModelStore store) {
        this.store = store;
    }

    /**
     * Deletes.
     *
     * @param sharedToo also what other pipelines need
     * @throws DownloadException with one line, when a file is being downloaded, lies behind a link or cannot be deleted
     */
    public Removed remove(Collection<String> pipelineIds, boolean sharedToo) throws DownloadException {
        Set<String> others = sharedToo
                ? Set.of()
                : names(Artifacts.of(Artifacts.pipelines().stream().filter(id -> !pipelineIds.contains(id)).toList()));
        List<Target> targets = new ArrayList<>();
        List<String> kept = new ArrayList<>();
        try {
            for (Artifact artifact : Artifacts.of(pipelineIds)) {
                for (String file : artifact.files()) {
                    List<Path> paths = existing(artifact, file);
                    if (others.contains(artifact.folder() + "/" + file)) {
                        kept.addAll(paths.isEmpty() ? List.of() : List.of(artifact.folder() + "/" + file));
                    } else {
                        targets.add(new Target(artifact, file, paths));
                    }
                }
            }
            List<Path> derived = derived(pipelineIds);
            // All checks come before the first deletion.
            for (Path path : derived) {
                requireInside(path);
            }
            for (Target target : targets) {
                for (Path path : target.paths()) {
                    requireInside(path);
                }
            }
            List<String> gone = new ArrayList<>();
            long bytes = 0;
            for (Target target : targets) {
                bytes += delete(target);
                if (!target.paths().isEmpty()) {
                    gone.add(target.artifact().folder() + "/" + target.file());
                }
            }
            for (Path path : derived) {
                bytes += Files.size(path);
                gone.add(ModelStore.DERIVED + "/" + path.getFileName());
                Files.delete(path);
            }
            for (Artifact artifact : Artifacts.of(pipelineIds)) {
                deleteEmpty(store.folder(artifact));
            }
            return new Removed(gone, kept, bytes);
        } catch (IOException e) {
            throw new DownloadException("the models folder cannot be changed: " + e);
        }
    }

    private static Set<String> names(List<Artifact> artifacts) {
        return artifacts.stream()
                .flatMap(artifact -> artifact.files().stream().map(file -> artifact.folder() + "/" + file))
                .collect(Collectors.toSet());
    }

    /** Everything a file of an artifact has on disk: itself or what is below it, deepest first, and its part or mark. */
    private List<Path> existing(Artifact artifact, String file) throws IOException {
        Path path = store.path(artifact, file);
        List<Path> paths = new ArrayList<>();
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> below = Files.walk(path)) {
                below.sorted(Comparator.reverseOrder()).forEach(paths::add);
            }
        }
        Path part = ModelStore.incomplete(path);
        if (Files.exists(part, LinkOption.NOFOLLOW_LINKS)) {
            paths.add(part);
        }
        return paths;
    }

    /** Weights that can be made again, and the lock beside them. */
    private List<Path> derived(Collection<String> pipelineIds) throws IOException {
        Path folder = store.modelsFolder().resolve(ModelStore.DERIVED);
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .filter(file -> pipelineIds.stream().anyMatch(id -> isDerived(id, file.getFileName().toString())))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isDerived(String id, String name) {
        // Behind the id, what was done: "adapted" is merged with adapters somebody chose.
        String made = Pattern.quote(id) + "(-[a-z0-9]+)?";
        return name.matches(made + "\\.lock") || name.matches(made + "-[0-9a-f]+\\.safetensors(\\.[a-z0-9-]+)*");
    }

    private void requireInside(Path path) throws IOException, DownloadException {
        Path name = store.modelsFolder().relativize(path);
        if (!path.getParent().toRealPath().startsWith(store.modelsFolder().toRealPath())) {
            throw new DownloadException(name + " lies behind a link that leads out of the models folder: remove it yourself");
        }
        if (path.toString().endsWith(ModelStore.INCOMPLETE) && PartFile.isLocked(path)) {
            throw new DownloadException(name + " is being downloaded by another Caravan: stop it first");
        }
    }

    private long delete(Target target) throws IOException {
        long bytes = 0;
        Path folder = store.folder(target.artifact());
        for (Path path : target.paths()) {
            boolean directory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
            if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                bytes += Files.size(path);
            }
            Files.deleteIfExists(path);
            if (!directory && Files.exists(folder.resolve(Records.FILE))) {
                Records.forget(folder, folder.relativize(path).toString().replace('\\', '/'));
            }
        }
        return bytes;
    }

    /** Folders that hold nothing any more but our own notes. */
    private static void deleteEmpty(Path folder) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> below;
        try (Stream<Path> all = Files.walk(folder)) {
            below = all.sorted(Comparator.reverseOrder()).toList();
        }
        boolean onlyNotes = below.stream()
                .allMatch(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) || path.equals(folder.resolve(Records.FILE)));
        for (Path path : below) {
            boolean directory = Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
            if (directory && isEmpty(path) || onlyNotes && !directory) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (Stream<Path> inside = Files.list(directory)) {
            return inside.findAny().isEmpty();
        }
    }

    private record Target(Artifact artifact, String file, List<Path> paths) {}

    /**
     * @param files deleted, below the models folder
     * @param kept  there and not deleted, because other pipelines need them
     * @param bytes freed
     */
    public record Removed(List<String> files, List<String> kept, long bytes) {}
}
