package dev.caravan.inference.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the files that pipelines miss. A file grows under the name {@code <file>.incomplete} and gets its own when it is whole and
 * checked, so a download that was cut, stopped or failed goes on where it ended. Thread-safe; every call blocks and is ended by an
 * interrupt.
 */
public final class ModelFetcher implements AutoCloseable {

    /** Left free on the disk, for logs and whatever else lives there. */
    private static final long RESERVE = 256L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(ModelFetcher.class);

    private final ModelStore store;
    private final DownloadSettings settings;
    private final Surroundings surroundings;
    private final HubHttp http;
    private final HubListing listing;
    private final FileFetch files;

    /** @param clock tells the rate */
    public ModelFetcher(ModelStore store, DownloadSettings settings, InstantSource clock) {
        this(store, settings, Surroundings.real(clock));
    }

    ModelFetcher(ModelStore store, DownloadSettings settings, Surroundings surroundings) {
        this.store = store;
        this.settings = settings;
        this.surroundings = surroundings;
        this.http = new HubHttp(settings);
        this.listing = new HubListing(http);
        this.files = new FileFetch(store, new ModelHub(http), settings, surroundings);
    }

    /**
     * Fetches everything these pipelines miss, some files at once. Sizes and disk space are checked before the first byte.
     *
     * @param transfer hears how far it is
     * @throws DownloadException    with one line that says what is in the way; what has arrived stays
     * @throws InterruptedException when it is stopped; what has arrived stays
     */
    public void fetch(Collection<String> pipelineIds, Transfer transfer) throws DownloadException, InterruptedException {
        try {
            DownloadPlan plan = plan(pipelineIds, transfer);
            requireSpace(plan);
            transfer.expect(plan.bytes());
            fetchAll(plan.files(), transfer);
            for (Path mark : plan.marks()) {
                Files.deleteIfExists(mark);
            }
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw new DownloadException("the models folder cannot be written: " + e);
        }
    }

    /** Bytes of everything these pipelines need, as the hub tells; files it tells no size of count as nothing. */
    public long size(Collection<String> pipelineIds) throws DownloadException, InterruptedException {
        long bytes = 0;
        for (Artifact artifact : Artifacts.of(pipelineIds)) {
            bytes += describe(artifact).stream().mapToLong(file -> file.size().orElse(0)).sum();
        }
        return bytes;
    }

    /** What the hub says of an artifact's files; asked again where patience helps. */
    List<RemoteFile> describe(Artifact artifact) throws DownloadException, InterruptedException {
        return describe(artifact, new Retries(settings.retries(), surroundings.sleeper(), why -> {}));
    }

    /** Ends every running call. */
    @Override
    public void close() {
        http.close();
    }

    private List<RemoteFile> describe(Artifact artifact, Retries retries) throws DownloadException, InterruptedException {
        while (true) {
            try {
                return listing.files(artifact);
            } catch (IOException e) {
                retries.afterFailure("the list of files of " + artifact.repo(), e);
            }
        }
    }

    private DownloadPlan plan(Collection<String> pipelineIds, Transfer transfer)
            throws IOException, DownloadException, InterruptedException {
        List<RemoteFile> missing = new ArrayList<>();
        List<Path> marks = new ArrayList<>();
        for (Artifact artifact : Artifacts.of(pipelineIds)) {
            List<String> wanted = artifact.files().stream().filter(file -> !store.has(artifact, file)).toList();
            if (wanted.isEmpty()) {
                continue;
            }
            transfer.at(artifact.repo());
            for (String file : wanted) {
                if (file.endsWith("/")) {
                    Path directory = store.path(artifact, file);
                    Files.createDirectories(directory);
                    marks.add(Files.write(ModelStore.incomplete(directory), new byte[0]));
                }
            }
            describe(new Artifact(artifact.repo(), wanted), new Retries(settings.retries(), surroundings.sleeper(), transfer::waiting))
                    .stream()
                    .filter(file -> !store.has(artifact, file.path()))
                    .forEach(missing::add);
        }
        return new DownloadPlan(missing, marks);
    }

    /** Refuses before the first gigabyte what would not fit at the end. */
    private void requireSpace(DownloadPlan plan) throws IOException, DownloadException {
        if (plan.files().isEmpty()) {
            return;
        }
        Files.createDirectories(store.modelsFolder());
        long there = 0;
        for (RemoteFile file : plan.files()) {
            Path part = ModelStore.incomplete(store.path(file.artifact(), file.path()));
            there += Files.isRegularFile(part) ? Math.min(Files.size(part), file.size().orElse(0)) : 0;
        }
        long needed = plan.bytes() - there + RESERVE;
        long free = surroundings.usableSpace().applyAsLong(store.modelsFolder());
        if (needed > free) {
            throw new DownloadException(String.format(Locale.ROOT,
                    "not enough space: %d MB are needed (%d MB of them stay free), the disk of the models folder has %d MB; free some "
                            + "or choose another with --models-dir",
                    Math.ceilDiv(needed, 1L << 20), RESERVE >> 20, free >> 20));
        }
    }

    /** The first failure stops the others: a second start goes on with all of them. */
    private void fetchAll(List<RemoteFile> missing, Transfer transfer) throws DownloadException, InterruptedException {
        if (missing.isEmpty()) {
            return;
        }
        ExecutorService threads = Executors.newFixedThreadPool(
                Math.min(settings.parallel(), missing.size()),
                task -> Thread.ofPlatform().daemon().name("caravan-model-fetch").unstarted(task));
        try {
            var running = new ExecutorCompletionService<Void>(threads);
            missing.forEach(file -> running.submit(() -> {
                files.fetch(file, transfer);
                return null;
            }));
            for (int i = 0; i < missing.size(); i++) {
                running.take().get();
            }
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case DownloadException refused -> throw refused;
                case InterruptedException stopped -> throw stopped;
                default -> throw new IllegalStateException("a model file could not be fetched", e.getCause());
            }
        } finally {
            stop(threads);
        }
    }

    /** Returns when nothing is written any more, whatever the caller's own interrupt says. */
    private static void stop(ExecutorService threads) {
        threads.shutdownNow();
        boolean interrupted = Thread.interrupted();
        try {
            if (!threads.awaitTermination(Duration.ofSeconds(10).toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("A model download did not stop within 10 s");
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
