package dev.caravan.models;

import dev.caravan.inference.model.DownloadProgress;
import dev.caravan.inference.model.Transfer;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;

/** How far a download is: one line that is written over on a terminal, a plain line now and then elsewhere. For one thread. */
final class ProgressLine {

    private static final Duration BETWEEN_PLAIN_LINES = Duration.ofSeconds(10);
    private static final String CLEAR = "\r\u001b[K";

    private final PrintStream err;
    private final boolean live;
    private final InstantSource clock;
    private Instant next;
    private Optional<String> lastWait = Optional.empty();

    ProgressLine(PrintStream err, boolean live, InstantSource clock) {
        this.err = err;
        this.live = live;
        this.clock = clock;
        this.next = clock.instant();
    }

    /** To be called some times a second. */
    void show(Transfer transfer) {
        DownloadProgress progress = transfer.progress();
        Optional<String> wait = transfer.waiting();
        if (live) {
            err.print(CLEAR + text(progress, wait));
            err.flush();
            return;
        }
        boolean waitIsNew = wait.isPresent() && !wait.equals(lastWait);
        if (progress.bytesTotal() > 0 && !clock.instant().isBefore(next) || waitIsNew) {
            err.println(text(progress, wait).strip());
            next = clock.instant().plus(BETWEEN_PLAIN_LINES);
        }
        lastWait = wait;
    }

    /** Makes room for other lines. */
    void end() {
        if (live) {
            err.print(CLEAR);
            err.flush();
        }
    }

    /** {@code   43.1 %  4.21 of 9.76 GB  35.2 MB/s  2 min 41 s left  daydreamlive/LongLive-1.3B}. */
    static String text(DownloadProgress progress, Optional<String> wait) {
        if (progress.bytesTotal() == 0) {
            return "  asking for sizes  " + wait.orElse(progress.currentArtifact());
        }
        return String.format(Locale.ROOT, "%7.1f %%  %s of %s  %s/s  %s  %s",
                progress.percentage(),
                Words.bytes(progress.bytesDone()),
                Words.bytes(progress.bytesTotal()),
                Words.bytes(progress.bytesPerSecond()),
                progress.secondsLeft().isPresent() ? Words.time(Duration.ofSeconds(progress.secondsLeft().getAsLong())) + " left" : "",
                wait.orElse(progress.currentArtifact()));
    }
}
