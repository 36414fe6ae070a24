package dev.caravan.inference.model;

import java.util.Optional;

/** How far one download is. Written by the downloading threads, read by anybody. */
final class Run {

    private long total;
    private long finished;
    private long current;
    private String repo;
    private Optional<String> error = Optional.empty();

    Run(String repo) {
        this.repo = repo;
    }

    /** @param bytes of everything to fetch */
    synchronized void expect(long bytes) {
        total = bytes;
    }

    synchronized void begin(String nextRepo) {
        repo = nextRepo;
        current = 0;
    }

    /** @param bytes of the current file that are there */
    synchronized void at(long bytes) {
        current = bytes;
    }

    /** @param bytes the current file was expected to have */
    synchronized void finished(long bytes) {
        finished += bytes;
        current = 0;
    }

    synchronized void fail(String why) {
        error = Optional.of(why);
    }

    synchronized boolean running() {
        return error.isEmpty();
    }

    synchronized DownloadProgress progress() {
        // Rounded down: 100 is said by the end alone.
        double percentage = total == 0 ? 0 : Math.min(100, Math.floor(1000.0 * (finished + current) / total) / 10);
        return new DownloadProgress(error.isEmpty(), percentage, repo, error);
    }
}
