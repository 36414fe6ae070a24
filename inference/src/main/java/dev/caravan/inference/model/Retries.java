package dev.caravan.inference.model;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/** When to try again and when to give up: waits 1, 2, 4, ... seconds, or as long as the server asks for. For one thread. */
final class Retries {

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    /** A server that wants to be left alone for longer is not waited for: a person should know. */
    private static final Duration MAX_ASKED = Duration.ofMinutes(5);

    private final int most;
    private final Surroundings.Sleeper sleeper;
    private final Consumer<String> waiting;
    private final String arrived;
    private int failures;

    /**
     * @param most    failures in a row after which it is over
     * @param waiting hears in a few words why nothing moves
     */
    Retries(int most, Surroundings.Sleeper sleeper, Consumer<String> waiting) {
        this(most, sleeper, waiting, "what has arrived is kept");
    }

    /** @param arrived what becomes of the bytes that are here, for the last message */
    Retries(int most, Surroundings.Sleeper sleeper, Consumer<String> waiting, String arrived) {
        this.arrived = arrived;
        this.most = most;
        this.sleeper = sleeper;
        this.waiting = waiting;
    }

    /** Something was gained: the count begins anew. */
    void gained() {
        failures = 0;
    }

    /**
     * Waits before another try.
     *
     * @throws DownloadException when it is time to give up
     */
    void afterFailure(String what, IOException why) throws DownloadException, InterruptedException {
        Duration wait = FIRST.multipliedBy(1L << Math.min(failures, 10));
        if (wait.compareTo(LONGEST) > 0) {
            wait = LONGEST;
        }
        if (why instanceof BusyException busy && busy.retryAfter().isPresent()) {
            wait = busy.retryAfter().get();
            if (wait.compareTo(MAX_ASKED) > 0) {
                throw new DownloadException(what + ": the server is busy (" + why.getMessage() + ") and asks to come back in "
                        + wait.toMinutes() + " minutes; " + arrived);
            }
        }
        if (++failures > most) {
            throw new DownloadException(what + ": given up after " + failures + " tries (" + why.getMessage()
                    + "); " + arrived + ", start the download again");
        }
        waiting.accept(why.getMessage() + ", trying again in " + wait.toSeconds() + " s");
        sleeper.sleep(wait);
    }
}
