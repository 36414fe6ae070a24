package dev.caravan.inference.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.ToLongFunction;

/**
 * What a download sees of its machine, so that tests can say how it is.
 *
 * @param clock       for the rate
 * @param sleeper     waits before another try
 * @param usableSpace free bytes on the disk of a folder that exists
 */
record Surroundings(InstantSource clock, Sleeper sleeper, ToLongFunction<Path> usableSpace) {

    static Surroundings real(InstantSource clock) {
        return new Surroundings(clock, Thread::sleep, Surroundings::usable);
    }

    private static long usable(Path folder) {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits; an interrupt ends it. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(Duration time) throws InterruptedException;
    }
}
