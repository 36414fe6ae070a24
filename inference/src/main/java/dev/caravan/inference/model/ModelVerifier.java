package dev.caravan.inference.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads files of the store again and compares them with what was recorded when they arrived, without any network. Only where nothing was
 * recorded (a file put there by hand) the hub is asked. For one thread.
 */
public final class ModelVerifier {

    private final ModelStore store;
    private final HubAnswers hub;
    private final Map<String, Map<String, RemoteFile>> answers = new HashMap<>();
    private Optional<String> hubTrouble = Optional.empty();

    public ModelVerifier(ModelStore store, ModelFetcher fetcher) {
        this(store, artifact -> fetcher.describe(artifact).stream().collect(Collectors.toMap(RemoteFile::path, file -> file)));
    }

    ModelVerifier(ModelStore store, HubAnswers hub) {
        this.store = store;
        this.hub = hub;
    }

    /**
     * Reads everything these pipelines need.
     *
     * @param heard gets each finding as soon as it is known; large files take their time
     * @throws InterruptedException when it is stopped
     */
    public void verify(Collection<String> pipelineIds, Consumer<Finding> heard) throws InterruptedException {
        for (Artifact artifact : Artifacts.of(pipelineIds)) {
            for (String file : artifact.files()) {
                if (!store.has(artifact, file)) {
                    heard.accept(new Finding(artifact.folder() + "/" + file, State.MISSING, "not there, or not all of it"));
                }
                for (String path : paths(artifact, file)) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                    heard.accept(check(artifact, path));
                }
            }
        }
    }

    /** The file itself, or the files below a directory together with those that ought to be there. */
    private Set<String> paths(Artifact artifact, String file) {
        Path path = store.path(artifact, file);
        if (!file.endsWith("/")) {
            return Files.isRegularFile(path) ? Set.of(file) : Set.of();
        }
        Set<String> paths = new LinkedHashSet<>();
        recorded(artifact).keySet().stream().filter(name -> name.startsWith(file)).forEach(paths::add);
        try (Stream<Path> inside = Files.isDirectory(path) ? Files.walk(path) : Stream.empty()) {
            inside.filter(Files::isRegularFile)
                    .filter(each -> !each.toString().endsWith(ModelStore.INCOMPLETE))
                    .map(each -> file + path.relativize(each).toString().replace('\\', '/'))
                    .sorted()
                    .forEach(paths::add);
        } catch (IOException e) {
            // Said of each file that was recorded.
        }
        return paths;
    }

    private Finding check(Artifact artifact, String path) throws InterruptedException {
        String name = artifact.folder() + "/" + path;
        Path file = store.path(artifact, path);
        try {
            if (!Files.isRegularFile(file)) {
                return new Finding(name, State.MISSING, "was there when it was downloaded");
            }
            Records.Entry recorded = recorded(artifact).get(path);
            if (recorded != null) {
                return compare(name, file, recorded, "since it was downloaded");
            }
            RemoteFile remote = askHub(artifact).get(path);
            if (remote == null || remote.digest().isEmpty()) {
                return new Finding(name, State.UNKNOWN, hubTrouble.orElse("the hub knows no digest of it"));
            }
            long size = remote.size().orElse(Files.size(file));
            Finding finding = compare(name, file, new Records.Entry(size, remote.digest().get()), "from the hub's");
            if (finding.state() == State.OK) {
                Records.add(store.folder(artifact), path, new Records.Entry(size, remote.digest().get()));
            }
            return finding;
        } catch (IOException e) {
            return new Finding(name, State.DAMAGED, "cannot be read: " + e.getMessage());
        }
    }

    private Finding compare(String name, Path file, Records.Entry expected, String from) throws IOException, InterruptedException {
        long size = Files.size(file);
        if (size != expected.size()) {
            return new Finding(name, State.DAMAGED, size + " bytes, " + expected.size() + " expected: differs " + from);
        }
        Digest digest = digest(file, expected.digest().kind(), size);
        return digest.equals(expected.digest())
                ? new Finding(name, State.OK, digest.toString())
                : new Finding(name, State.DAMAGED, "differs " + from);
    }

    private static Digest digest(Path file, Digest.Kind kind, long size) throws IOException, InterruptedException {
        Digest.Sum sum = kind.begin(size);
        ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(buffer.clear()) >= 0) {
                sum.add(buffer.flip());
            }
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw e;
        }
        return sum.end();
    }

    private Map<String, Records.Entry> recorded(Artifact artifact) {
        try {
            return Records.read(store.folder(artifact));
        } catch (IOException e) {
            return Map.of();
        }
    }

    /** Once per repository, and not at all after the first trouble: without a network every question would cost its retries. */
    private Map<String, RemoteFile> askHub(Artifact artifact) throws InterruptedException {
        if (hubTrouble.isEmpty() && !answers.containsKey(artifact.repo())) {
            try {
                answers.put(artifact.repo(), hub.files(artifact));
            } catch (DownloadException e) {
                hubTrouble = Optional.of(e.getMessage());
            }
        }
        return answers.getOrDefault(artifact.repo(), Map.of());
    }

    /** What the hub says of an artifact's files, by path. */
    @FunctionalInterface
    interface HubAnswers {
        Map<String, RemoteFile> files(Artifact artifact) throws DownloadException, InterruptedException;
    }

    /** How a file is. */
    public enum State {
        OK,
        DAMAGED,
        MISSING,
        /** Nobody told what it should be. */
        UNKNOWN
    }

    /**
     * @param file below the models folder
     * @param note one line
     */
    public record Finding(String file, State state, String note) {}
}
