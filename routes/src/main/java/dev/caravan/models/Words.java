package dev.caravan.models;

import java.time.Duration;
import java.util.Locale;

/** Sizes and times as people read them. */
final class Words {

    private static final String[] UNITS = {"kB", "MB", "GB", "TB"};

    private Words() {}

    /** Three digits at most before the unit: {@code 6.73 GB}, {@code 45.2 MB}, {@code 512 bytes}. */
    static String bytes(long bytes) {
        if (bytes < 1_000) {
            return bytes == 1 ? "1 byte" : bytes + " bytes";
        }
        double value = bytes;
        int unit = -1;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1_000;
            unit++;
        }
        int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
        return String.format(Locale.ROOT, "%." + decimals + "f %s", value, UNITS[unit]);
    }

    /** {@code 2 h 05 min}, {@code 3 min 20 s}, {@code 12 s}. */
    static String time(Duration time) {
        if (time.toHours() > 0) {
            return String.format(Locale.ROOT, "%d h %02d min", time.toHours(), time.toMinutesPart());
        }
        return time.toMinutes() > 0
                ? String.format(Locale.ROOT, "%d min %02d s", time.toMinutes(), time.toSecondsPart())
                : time.toSeconds() + " s";
    }
}
