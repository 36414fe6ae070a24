package dev.caravan.inference.model;

import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * Fetches single files from addresses that a person gave, of which nothing is known beforehand: neither name nor size nor digest.
 * Thread-safe. Blocking, ended by an interrupt.
 */
public final class WebDownloads implements AutoCloseable {

    private final HubHttp http;
    private final DownloadSettings settings;
    private final Surroundings surroundings;

    /**
     * @param settings proxy, time limits and tries; the hub and its token are the business of {@code access}
     * @param access   is asked before every request
     */
    public WebDownloads(DownloadSettings settings, WebAccess access, InstantSource clock) {
        this(settings, access, Surroundings.real(clock));
    }

    WebDownloads(DownloadSettings settings, WebAccess access, Surroundings surroundings) {
        this.settings = settings;
        this.surroundings = surroundings;
        this.http = new HubHttp(settings, access);
    }

    /**
     * Asks for a file and returns when its headers are there. Status and refusals are told at once, only a broken connection is tried
     * again.
     *
     * @param name for messages: no address, because it may hold a token
     * @throws DownloadException when it cannot be had; with the status, if the server told one
     */
    public WebFile open(URI uri, String name) throws DownloadException, InterruptedException {
        Retries retries = new Retries(settings.retries(), surroundings.sleeper(), why -> {}, "nothing of it is kept");
        while (true) {
            try {
                return WebFile.open(http, uri, name, retries, surroundings);
            } catch (IOException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                retries.afterFailure(name, e);
            }
        }
    }

    /** Deletes parts that a crash left, but not those that another process is writing. */
    public static void removeLeftParts(Path folder, String glob) throws IOException {
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, glob)) {
            for (Path part : parts) {
                if (!PartFile.isLocked(part)) {
                    Files.deleteIfExists(part);
                }
            }
        }
    }

    /** Ends every running call. */
    @Override
    public void close() {
        http.close();
    }
}
