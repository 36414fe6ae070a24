package dev.caravan.inference.model;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Downloads in the background for {@code POST /api/v1/models/download}: one pipeline after the other (several share files), each some
 * files at once. Thread-safe.
 */
public final class ModelDownloads implements AutoCloseable {

    static final String UNAUTHORIZED = "Download failed due to authentication error. For HuggingFace models, make sure your HuggingFace "
            + "key is configured in Settings > API Keys.";
    static final String FAILED = "Download failed. Check the server logs for details.";

    private static final Logger LOG = LoggerFactory.getLogger(ModelDownloads.class);

    private final ModelStore store;
    private final ModelFetcher fetcher;
    private final InstantSource clock;
    private final Map<String, Transfer> transfers = new ConcurrentHashMap<>();
    private final ExecutorService worker =
            Executors.newSingleThreadExecutor(task -> Thread.ofPlatform().daemon().name("caravan-model-download").unstarted(task));

    /** @param clock tells the rate */
    public ModelDownloads(ModelStore store, DownloadSettings settings, InstantSource clock) {
        this(store, settings, Surroundings.real(clock));
    }

    ModelDownloads(ModelStore store, DownloadSettings settings, Surroundings surroundings) {
        this.store = store;
        this.fetcher = new ModelFetcher(store, settings, surroundings);
        this.clock = surroundings.clock();
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
        Transfer transfer = transfers.get(pipelineId);
        if (transfer != null && transfer.running()) {
            return Outcome.ALREADY_RUNNING;
        }
        Optional<Artifact> first = Artifacts.of(pipelineId).stream().filter(this::misses).findFirst();
        if (first.isEmpty()) {
            transfers.remove(pipelineId);
            return Outcome.STARTED;
        }
        Transfer fresh = new Transfer(clock);
        fresh.at(first.get().repo());
        transfers.put(pipelineId, fresh);
        worker.execute(() -> download(pipelineId, fresh));
        return Outcome.STARTED;
    }

    /** The download that runs or failed last; empty when there was none or all is there. */
    public Optional<DownloadProgress> progress(String pipelineId) {
        return Optional.ofNullable(transfers.get(pipelineId)).map(Transfer::progress);
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
        fetcher.close();
        try {
            if (!worker.awaitTermination(15, TimeUnit.SECONDS)) {
                LOG.warn("A model download did not stop within 15 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        transfers.clear();
    }

    private void download(String pipelineId, Transfer transfer) {
        try {
            LOG.info("Downloading models of {}", pipelineId);
            fetcher.fetch(List.of(pipelineId), transfer);
            transfers.remove(pipelineId, transfer);
            LOG.info("Models of {} are complete", pipelineId);
        } catch (InterruptedException e) {
            transfers.remove(pipelineId, transfer);
            LOG.info("Download of {} stopped; it goes on where it was when it is started again", pipelineId);
        } catch (DownloadException e) {
            LOG.error("Download of {} failed: {}", pipelineId, e.getMessage());
            transfer.fail(e.unauthorized() ? UNAUTHORIZED : FAILED);
        } catch (RuntimeException e) {
            LOG.error("Download of {} failed", pipelineId, e);
            transfer.fail(FAILED);
        }
    }

    private boolean misses(Artifact artifact) {
        return artifact.files().stream().anyMatch(file -> !store.has(artifact, file));
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
}
