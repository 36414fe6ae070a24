package dev.caravan.inference.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the files a pipeline misses, in the background and one pipeline after the other (several share files). A file grows under the
 * name {@code <file>.incomplete} and gets its own when it is whole, so a download that was cut, stopped or failed goes on where it ended.
 * Thread-safe.
 */
public final class ModelDownloads implements AutoCloseable {

    static final String UNAUTHORIZED = "Download failed due to authentication error. For HuggingFace models, make sure your HuggingFace "
            + "key is configured in Settings > API Keys.";
    static final String FAILED = "Download failed. Check the server logs for details.";

    private static final Logger LOG = LoggerFactory.getLogger(ModelDownloads.class);

    private final ModelStore store;
    private final ModelHub hub;
    private final Map<String, Run> runs = new ConcurrentHashMap<>();
    private final ExecutorService worker =
            Executors.newSingleThreadExecutor(task -> Thread.ofPlatform().daemon().name("caravan-model-download").unstarted(task));

    public ModelDownloads(ModelStore store, Settings settings) {
        this(store, settings, ModelDownloads::usableSpace);
    }

    ModelDownloads(ModelStore store, Settings settings, ToLongFunction<Path> usableSpace) {
        this.store = store;
        this.hub = new ModelHub(new HubHttp(settings), usableSpace);
    }

    /**
     * Starts fetching what is missing; {@link #progress} tells of it from here on. Returns at once.
     *
     * @throws IllegalStateException after {@link #close}
     */
    public synchronized Outcome start(String pipelineId) {
        if (worker.isShutdown()) {
            throw new IllegalStateException("the hub is shutting down; start the download again when it is back");
        }
        Run run = runs.get(pipelineId);
        if (run != null && run.running()) {
            return Outcome.ALREADY_RUNNING;
        }
        Optional<Artifact> first = Artifacts.of(pipelineId).stream().filter(this::misses).findFirst();
        if (first.isEmpty()) {
            runs.remove(pipelineId);
            return Outcome.STARTED;
        }
        Run fresh = new Run(first.get().repo());
        runs.put(pipelineId, fresh);
        worker.execute(() -> download(pipelineId, fresh));
        return Outcome.STARTED;
    }

    /** The download that runs or failed last; empty when there was none or all is there. */
    public Optional<DownloadProgress> progress(String pipelineId) {
        return Optional.ofNullable(runs.get(pipelineId)).map(Run::progress);
    }

    /** What {@code GET /api/v1/models/status} answers. */
    public Status status(String pipelineId) {
        // In this order: a download that ends in between must not look as if there had never been one.
        Optional<DownloadProgress> progress = progress(pipelineId);
        boolean running = progress.filter(DownloadProgress::isDownloading).isPresent();
        boolean downloaded = !running && store.downloaded(pipelineId);
        return new Status(downloaded, downloaded ? Optional.empty() : progress);
    }

    /** Stops at once; what has arrived stays on disk for the next start. */
    @Override
    public void close() {
        synchronized (this) {
            worker.shutdownNow();
        }
        hub.close();
        try {
            if (!worker.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("A model download did not stop within 10 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        runs.clear();
    }

    private void download(String pipelineId, Run run) {
        try {
            LOG.info("Downloading models of {}", pipelineId);
            List<Item> items = plan(pipelineId);
            run.expect(items.stream().mapToLong(Item::size).sum());
            for (Item item : items) {
                run.begin(item.artifact().repo());
                fetch(item, run);
                run.finished(item.size());
            }
            for (Artifact artifact : Artifacts.of(pipelineId)) {
                for (String file : artifact.files()) {
                    Files.deleteIfExists(ModelStore.incomplete(store.path(artifact, file)));
                }
            }
            runs.remove(pipelineId, run);
            LOG.info("Models of {} are complete", pipelineId);
        } catch (InterruptedException e) {
            runs.remove(pipelineId, run);
            LOG.info("Download of {} stopped; it goes on where it was when it is started again", pipelineId);
        } catch (DownloadException e) {
            LOG.error("Download of {} failed: {}", pipelineId, e.getMessage());
            run.fail(e.unauthorized() ? UNAUTHORIZED : FAILED);
        } catch (IOException | RuntimeException e) {
            LOG.error("Download of {} failed", pipelineId, e);
            run.fail(FAILED);
        }
    }

    /** Every file to fetch with its size, so that progress counts bytes and a refusal comes before the first gigabyte. */
    private List<Item> plan(String pipelineId) throws IOException, DownloadException, InterruptedException {
        List<Item> items = new ArrayList<>();
        for (Artifact artifact : Artifacts.of(pipelineId)) {
            for (String file : artifact.files()) {
                if (store.has(artifact, file)) {
                    continue;
                }
                if (!file.endsWith("/")) {
                    items.add(new Item(artifact, file, hub.size(artifact, file).orElse(0)));
                    continue;
                }
                // The mark goes up before the first file: a directory with some of its files must not pass for a whole one.
                Path directory = store.path(artifact, file);
                Files.createDirectories(directory);
                Files.write(ModelStore.incomplete(directory), new byte[0]);
                for (ModelHub.Listed listed : hub.list(artifact, file)) {
                    if (!store.has(artifact, listed.path())) {
                        items.add(new Item(artifact, listed.path(), listed.size()));
                    }
                }
            }
        }
        return items;
    }

    private void fetch(Item item, Run run) throws IOException, DownloadException, InterruptedException {
        Path target = store.path(item.artifact(), item.file());
        Path part = ModelStore.incomplete(target);
        Files.createDirectories(target.getParent());
        while (true) {
            long before = Files.exists(part) ? Files.size(part) : 0;
            try {
                hub.fetch(item.artifact(), item.file(), part, run::at);
                break;
            } catch (IOException e) {
                // Cut connections are normal within gigabytes: go on as long as every try brings some bytes.
                long now = Files.exists(part) ? Files.size(part) : 0;
                if (now <= before || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LOG.info("{}/{} was cut at byte {}, going on: {}", item.artifact().repo(), item.file(), now, e.getMessage());
            }
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private boolean misses(Artifact artifact) {
        return artifact.files().stream().anyMatch(file -> !store.has(artifact, file));
    }

    private static long usableSpace(Path folder) {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What became of a start. */
    public enum Outcome {
        STARTED,
        ALREADY_RUNNING
    }

    /**
     * @param downloaded every file is there and nothing runs; true for a pipeline that needs no files or is not known
     * @param progress   of what runs or failed
     */
    public record Status(boolean downloaded, Optional<DownloadProgress> progress) {}

    /**
     * @param base           address of the hub
     * @param token          asked before each request, sent as bearer to the hub only
     * @param connectTimeout for one connection
     * @param readTimeout    without a single byte
     */
    public record Settings(URI base, Supplier<Optional<String>> token, Duration connectTimeout, Duration readTimeout) {

        /** The public hub. */
        public static final URI HUGGING_FACE = URI.create("https://huggingface.co");

        public Settings {
            if (base.getHost() == null || !("https".equals(base.getScheme()) || "http".equals(base.getScheme()))) {
                throw new IllegalArgumentException("the model hub is an address like " + HUGGING_FACE + "; " + base + " given");
            }
        }

        /** The public hub with time limits that suit it. */
        public static Settings huggingFace(Supplier<Optional<String>> token) {
            return new Settings(HUGGING_FACE, token, Duration.ofSeconds(10), Duration.ofSeconds(30));
        }
    }

    /** @param size in bytes, 0 when not known */
    private record Item(Artifact artifact, String file, long size) {}
}
