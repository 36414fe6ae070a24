package dev.caravan.inference.tiny;

import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.model.Artifact;
import dev.caravan.inference.model.Artifacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes a set of small model files with random weights: all that the five generative pipelines need, with their modules for VACE and two
 * adapters for the smaller transformer. The same seed gives the same bytes. It takes a fraction of a second, so tests can write one where
 * they need it.
 */
public final class TinyModels {

    /** What the set says of itself wherever a text can stand. */
    public static final String LABEL = "random weights: nobody trained these networks, their pictures are noise";

    /** The seed of a set for which none is named. */
    public static final long DEFAULT_SEED = 1;

    private static final String README = "README.txt";
    private static final int NAMED = 3;

    private TinyModels() {}

    /**
     * One file of a set.
     *
     * @param path  below the models folder, with forward slashes
     * @param isNew whether it was written now, or stood there already, byte for byte
     */
    public record Written(String path, long bytes, boolean isNew) {}

    /**
     * Writes what is not there yet; no file is ever written over. Files of a set have their names only when the whole set could be made.
     *
     * @param modelsFolder made when it is not there
     * @return every file of the set, by path
     * @throws IOException when the folder has model files of other origin, the message names some; or when it cannot be written
     */
    public static List<Written> write(Path modelsFolder, long seed) throws IOException {
        Files.createDirectories(modelsFolder);
        Path made = Files.createTempDirectory(modelsFolder, ".random-weights-");
        try {
            new TinyFiles(made, seed).write();
            Set<String> files = files(made, made);
            refuseOthers(modelsFolder, made, files);
            List<Written> written = new ArrayList<>();
            for (String file : files) {
                Path target = modelsFolder.resolve(file);
                boolean isNew = !Files.exists(target);
                if (isNew) {
                    Files.createDirectories(target.getParent());
                    // Without REPLACE_EXISTING, should another program be faster.
                    Files.move(made.resolve(file), target);
                }
                written.add(new Written(file, Files.size(target), isNew));
            }
            return written;
        } catch (CheckpointException e) {
            throw new IOException(e.getMessage(), e);
        } catch (UncheckedIOException e) {
            // A folder that cannot be looked into, or links in a circle.
            throw e.getCause();
        } finally {
            delete(made);
        }
    }

    /** Random weights beside trained ones would be taken for those. */
    private static void refuseOthers(Path modelsFolder, Path made, Set<String> files) throws IOException {
        Set<String> there = new TreeSet<>();
        if (Files.exists(modelsFolder.resolve(README))) {
            there.add(README);
        }
        for (Artifact artifact : Artifacts.of(Artifacts.pipelines())) {
            there.addAll(files(modelsFolder, modelsFolder.resolve(artifact.folder())));
        }
        List<String> others = new ArrayList<>();
        for (String file : there) {
            if (!files.contains(file) || Files.mismatch(modelsFolder.resolve(file), made.resolve(file)) >= 0) {
                others.add(file);
            }
        }
        if (!others.isEmpty()) {
            String more = others.size() > NAMED ? " and " + (others.size() - NAMED) + " more" : "";
            throw new IOException("there are other model files already: " + String.join(", ", others.subList(0, Math.min(NAMED, others.size())))
                    + more + "; random weights need a folder of their own");
        }
    }

    /**
     * Paths relative to the root, with forward slashes, in order; without hidden files, which are notes of those who fetch models. Links are
     * followed: what they lead to must not be written over either.
     */
    private static Set<String> files(Path root, Path below) throws IOException {
        if (!Files.exists(below)) {
            return Set.of();
        }
        try (Stream<Path> inside = Files.walk(below, FileVisitOption.FOLLOW_LINKS)) {
            return inside.filter(Files::isRegularFile)
                    .map(file -> root.relativize(file).toString().replace('\\', '/'))
                    .filter(file -> !file.startsWith(".") && !file.contains("/."))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> inside = Files.walk(folder)) {
            for (Path path : inside.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
