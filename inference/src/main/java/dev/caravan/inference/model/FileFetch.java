package dev.caravan.inference.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one file into the store: takes the part up where it ends, goes on after cut connections as long as that brings something, and
 * gives the file its name when size and digest are those the hub told. Thread-safe.
 */
final class FileFetch {

    /** Whole downloads of one file that may come to the wrong digest; the second may be bad luck, a third is not. */
    private static final int DIGEST_TRIES = 3;
    /** Less than this from a connection counts as nothing: a server must not keep us busy byte by byte. */
    private static final long FRUITFUL = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(FileFetch.class);

    private final ModelStore store;
    private final ModelHub hub;
    private final DownloadSettings settings;
    private final Surroundings surroundings;

    FileFetch(ModelStore store, ModelHub hub, DownloadSettings settings, Surroundings surroundings) {
        this.store = store;
        this.hub = hub;
        this.settings = settings;
        this.surroundings = surroundings;
    }

    /** Blocks until the file is there; an interrupt keeps what has arrived. */
    void fetch(RemoteFile file, Transfer transfer) throws DownloadException, InterruptedException {
        Transfer.File progress = transfer.begin(file);
        Path target = store.path(file.artifact(), file.path());
        try {
            Files.createDirectories(target.getParent());
            try (PartFile part = PartFile.open(file, ModelStore.incomplete(target))) {
                try {
                    if (Files.exists(target)) {
                        // Another process was faster.
                        progress.resumeAt(file.size().orElse(0));
                        return;
                    }
                    progress.resumeAt(part.resume(file));
                    Digest digest = fetch(file, part, transfer, progress);
                    part.finish(target);
                    Records.add(store.folder(file.artifact()), file.path(), new Records.Entry(part.length(), digest));
                } finally {
                    part.deleteIfEmpty();
                }
            }
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            throw new DownloadException(file.stored() + " cannot be written: " + e);
        }
    }

    private Digest fetch(RemoteFile file, PartFile part, Transfer transfer, Transfer.File progress)
            throws IOException, DownloadException, InterruptedException {
        for (int tries = 1; ; tries++) {
            fetchAll(file, part, transfer, progress);
            Digest digest = part.digest();
            if (file.digest().isEmpty() || file.digest().get().equals(digest)) {
                return digest;
            }
            part.restart();
            progress.resumeAt(0);
            if (tries == DIGEST_TRIES) {
                throw new DownloadException(file.name() + " arrived " + tries + " times with another digest than the hub tells ("
                        + file.digest().get() + "): the server or something on the way damages it; try another --hf-endpoint or --proxy");
            }
            LOG.warn("{} has the wrong digest {}, fetching it anew", file.name(), digest);
            transfer.waiting("wrong digest, fetching " + file.path() + " anew");
        }
    }

    private void fetchAll(RemoteFile file, PartFile part, Transfer transfer, Transfer.File progress)
            throws DownloadException, InterruptedException {
        Retries retries = new Retries(settings.retries(), surroundings.sleeper(), transfer::waiting);
        while (true) {
            long before = part.length();
            try {
                hub.fetch(file, part, progress::at);
                return;
            } catch (IOException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                LOG.info("{} was cut at byte {}: {}", file.name(), part.length(), e.getMessage());
                if (part.length() - before >= FRUITFUL) {
                    retries.gained();
                }
                retries.afterFailure(file.name(), e);
            }
        }
    }
}
