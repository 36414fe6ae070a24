package dev.caravan.api.loras;

import dev.caravan.api.ApiError;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.model.DownloadException;
import dev.caravan.inference.model.WebDownloads;
import dev.caravan.inference.model.WebFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings adapters into their folder. A file has its name only when all of it is there, it comes to the digest asked for, and it is a
 * safetensors file. Some at once, each name by one caller; the others wait or are refused. Thread-safe; a call blocks for minutes, and an
 * interrupt ends it and leaves nothing behind.
 */
final class LoraInstalls {

    private static final int AT_ONCE = 4;
    private static final Logger LOG = LoggerFactory.getLogger(LoraInstalls.class);

    private final LoraFolder folder;
    private final WebDownloads downloads;
    private final long maxBytes;
    private final InstantSource clock;
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final Semaphore turns = new Semaphore(AT_ONCE, true);

    /** @param maxBytes of one file */
    LoraInstalls(LoraFolder folder, WebDownloads downloads, long maxBytes, InstantSource clock) {
        this.folder = folder;
        this.downloads = downloads;
        this.maxBytes = maxBytes;
        this.clock = clock;
    }

    /**
     * Fetches an adapter.
     *
     * @throws ApiError with the contract's status and text
     */
    LoraManifest.Entry install(LoraOrder order) throws IOException, InterruptedException {
        if (order.file().isEmpty()) {
            return inTurn(() -> ask(order, Optional.empty()));
        }
        LoraName name = LoraName.of(order.folder(), order.file().get());
        return alone(name, () -> {
            Optional<LoraManifest.Entry> there = there(order, name);
            return there.isPresent() ? there.get() : inTurn(() -> ask(order, Optional.of(name)));
        });
    }

    private LoraManifest.Entry ask(LoraOrder order, Optional<LoraName> known) throws IOException, InterruptedException {
        try (WebFile file = downloads.open(order.uri(), known.map(LoraName::file).orElse("the file"))) {
            if (known.isPresent()) {
                return fetch(order, file, known.get());
            }
            String suggested = file.suggestedName().or(order::otherwise).orElseThrow(() ->
                    ApiError.badRequest("Could not determine filename from URL. Please provide a filename."));
            LoraName name = LoraName.of(order.folder(), suggested);
            return alone(name, () -> {
                Optional<LoraManifest.Entry> there = there(order, name);
                return there.isPresent() ? there.get() : fetch(order, file, name);
            });
        } catch (DownloadException e) {
            LOG.info("A LoRA file from {} was not fetched: {}", order.provenance().source(), e.getMessage());
            throw refusal(e);
        }
    }

    private LoraManifest.Entry fetch(LoraOrder order, WebFile file, LoraName name)
            throws IOException, InterruptedException, DownloadException {
        Path part = folder.newPart();
        try {
            WebFile.Saved saved = file.save(part, maxBytes);
            if (order.sha256().isPresent() && !order.sha256().get().equalsIgnoreCase(saved.sha256())) {
                throw ApiError.badRequest("SHA256 mismatch: expected " + shortened(order.sha256().get()) + ", got " + saved.sha256());
            }
            requireSafetensors(part, name);
            LoraManifest.Entry entry =
                    LoraManifest.Entry.of(name.key(), order.provenance(), saved.sha256(), saved.bytes(), clock.instant());
            folder.store(part, name, entry);
            LOG.info("Installed LoRA {} ({} bytes)", name.key(), saved.bytes());
            return entry;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** The file that is there already, where that will do. */
    private Optional<LoraManifest.Entry> there(LoraOrder order, LoraName name) throws IOException {
        Optional<Path> file = folder.find(name);
        if (file.isEmpty() || !order.same()) {
            folder.target(name);
            return Optional.empty();
        }
        LoraManifest.Entry entry = describe(file.get(), name);
        boolean bytes = order.sha256().isPresent() && entry.sha256().filter(order.sha256().get()::equalsIgnoreCase).isPresent();
        boolean origin = order.sha256().isEmpty() && entry.provenance().filter(order.provenance().json()::equals).isPresent();
        if (!bytes && !origin) {
            throw LoraFolder.exists(name);
        }
        return Optional.of(entry);
    }

    /**
     * Records where an own file came from, whatever was recorded before.
     *
     * @throws ApiError 404 when there is none, 403 when it is a shared sample
     */
    LoraManifest.Entry record(LoraName name, LoraProvenance provenance) throws IOException {
        Path file = folder.find(name).orElseThrow(() -> folder.isShared(name)
                ? new ApiError(403, "LoRA file '" + name.key() + "' is a shared sample and cannot be changed")
                : ApiError.notFound("LoRA file '" + name.key() + "' not found"));
        LoraManifest.Entry before = describe(file, name);
        LoraManifest.Entry entry = new LoraManifest.Entry(
                name.key(),
                Optional.of(provenance.json()),
                before.sha256(),
                before.bytes(),
                before.addedAt());
        folder.record(entry);
        return entry;
    }

    /** What is recorded of a file, made up for where it is not. */
    private LoraManifest.Entry describe(Path file, LoraName name) throws IOException {
        Optional<LoraManifest.Entry> recorded = folder.recorded(name);
        long bytes = Files.size(file);
        return new LoraManifest.Entry(
                name.key(),
                recorded.flatMap(LoraManifest.Entry::provenance),
                Optional.of(recorded.flatMap(LoraManifest.Entry::sha256).isPresent()
                        ? recorded.flatMap(LoraManifest.Entry::sha256).get()
                        : sha256(file)),
                bytes,
                recorded.flatMap(LoraManifest.Entry::addedAt).or(() -> Optional.of(LoraManifest.at(clock.instant()))));
    }

    private static void requireSafetensors(Path part, LoraName name) {
        try {
            Checkpoint.openSafetensors(part);
        } catch (CheckpointException e) {
            throw ApiError.badRequest("'" + name.file() + "' is not a safetensors file: "
                    + shortened(e.getMessage().replace(part.getFileName().toString(), "it")));
        }
    }

    /** One caller a name: the others hear of it at once, because what they want may take long. */
    private LoraManifest.Entry alone(LoraName name, Work work) throws IOException, InterruptedException {
        if (!running.add(name.key())) {
            throw new ApiError(409, "File '" + name.file() + "' is being downloaded already.");
        }
        try {
            return work.run();
        } catch (DownloadException e) {
            throw refusal(e);
        } finally {
            running.remove(name.key());
        }
    }

    private LoraManifest.Entry inTurn(Work work) throws IOException, InterruptedException {
        turns.acquire();
        try {
            return work.run();
        } catch (DownloadException e) {
            throw refusal(e);
        } finally {
            turns.release();
        }
    }

    private ApiError refusal(DownloadException e) {
        if (e instanceof LoraServers.RefusedAddressException) {
            return ApiError.badRequest(e.getMessage());
        }
        if (e instanceof WebFile.TooLargeException) {
            return ApiError.badRequest("File size exceeds maximum of " + (maxBytes >> 20) + "MB");
        }
        if (e.status().isEmpty()) {
            return new ApiError(502, "The file could not be fetched: " + e.getMessage());
        }
        int status = e.status().getAsInt();
        return switch (status) {
            case 401, 403 -> new ApiError(status, "Access denied. Check that the URL is correct and includes any required authentication.");
            case 404 -> ApiError.notFound("File not found. Check that the URL is correct.");
            default -> new ApiError(status >= 400 ? status : 502, "Failed to fetch URL: HTTP " + status);
        };
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] buffer = new byte[1 << 20];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "...";
    }

    @FunctionalInterface
    private interface Work {
        LoraManifest.Entry run() throws IOException, InterruptedException, DownloadException;
    }
}
