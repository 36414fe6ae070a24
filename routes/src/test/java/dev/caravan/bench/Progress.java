package dev.caravan.bench;

import java.io.PrintStream;
import java.util.Locale;

/** Says on standard error what is going on, so that standard output holds nothing but the result. */
final class Progress {

    private final PrintStream out;
    private final long start = System.nanoTime();

    Progress(PrintStream out) {
        this.out = out;
    }

    void say(String format, Object... arguments) {
        double seconds = (System.nanoTime() - start) / 1e9;
        out.printf(Locale.ROOT, "%5.0f s  %s%n", seconds, String.format(Locale.ROOT, format, arguments));
    }
}
