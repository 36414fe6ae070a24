package dev.caravan.inference.model;

import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;

/** How far one download is: several files at once, one sum. Written by the downloading threads, read by anybody. */
public final class Transfer {

    private final InstantSource clock;
    private final Rate rate;
    private long total;
    private long done;
    private String repo = "";
    private Optional<String> waiting = Optional.empty();
    private Optional<String> error = Optional.empty();

    public Transfer(InstantSource clock) {
        this.clock = clock;
        this.rate = new Rate(clock.instant());
    }

    /** Where it is now. */
    public synchronized DownloadProgress progress() {
        long perSecond = rate.at(clock.instant());
        long there = Math.min(done, total);
        // Rounded down: 100 is said by the end alone.
        double percentage = total == 0 ? 0 : Math.floor(1000.0 * there / total) / 10;
        OptionalLong left = total == 0 || perSecond == 0
                ? OptionalLong.empty()
                : OptionalLong.of(Math.ceilDiv(total - there, perSecond));
        return new DownloadProgress(error.isEmpty(), percentage, repo, there, total, perSecond, left, error);
    }

    /** Why nothing moves at the moment, in a few words. */
    public synchronized Optional<String> waiting() {
        return waiting;
    }

    /** @param bytes of everything to fetch */
    synchronized void expect(long bytes) {
        total = bytes;
    }

    synchronized void at(String nextRepo) {
        repo = nextRepo;
    }

    synchronized void waiting(String why) {
        waiting = Optional.of(why);
    }

    synchronized void fail(String why) {
        error = Optional.of(why);
    }

    synchronized boolean running() {
        return error.isEmpty();
    }

    /** One more file is being fetched. */
    synchronized File begin(RemoteFile file) {
        repo = file.artifact().repo();
        return new File(file.size().isPresent());
    }

    /** The share of one file in the sum. */
    final class File {

        /** A file whose size nobody told is not part of the total and must not be part of the sum. */
        private final boolean counted;
        private long position;

        private File(boolean counted) {
            this.counted = counted;
        }

        /** So many bytes were there from an earlier try. */
        void resumeAt(long bytes) {
            move(bytes);
        }

        /** So many bytes of the file are there now. */
        void at(long bytes) {
            synchronized (Transfer.this) {
                rate.add(Math.max(0, bytes - position));
                waiting = Optional.empty();
                move(bytes);
            }
        }

        private void move(long bytes) {
            synchronized (Transfer.this) {
                if (counted) {
                    done += bytes - position;
                }
                position = bytes;
            }
        }
    }
}
