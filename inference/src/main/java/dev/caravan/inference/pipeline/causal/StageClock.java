package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.pipeline.StageTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Measures the stages of a chunk, one after the other; a stage that is entered twice counts both times. Owned by one thread. */
final class StageClock {

    /** In the order of a chunk; the lower-case name is what measurements are called. */
    enum Stage {
        /** Prompts become an embedding, caches begin anew when they must. */
        TEXT,
        /** Video is prepared, encoded and mixed with noise; without video noise is drawn. */
        ENCODE,
        /** Past frames are run again. */
        RECALL,
        /** What guides the chunk is encoded. */
        GUIDE,
        DENOISE,
        /** Latents become pictures, which leave one by one. */
        DECODE,
        /** Clean keys and values are stored. */
        CLEAN;

        private final String label = name().toLowerCase(Locale.ROOT);
    }

    private static final Stage[] ALL = Stage.values();
    private static final long NOT_ENTERED = -1;

    private final LongSupplier nanos;
    private final long[] spent = new long[ALL.length];
    private int current = -1;
    private long since;

    /** @param nanos tells the time, for differences */
    StageClock(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** A chunk begins with this stage; whatever the one before left is forgotten. */
    void begin(Stage stage) {
        Arrays.fill(spent, NOT_ENTERED);
        current = -1;
        enter(stage);
    }

    /** The stage before ends here. */
    void enter(Stage stage) {
        long now = nanos.getAsLong();
        leave(now);
        current = stage.ordinal();
        spent[current] = Math.max(0, spent[current]);
        since = now;
    }

    /** The chunk is made: its stages, in order, as far as it went through them. */
    List<StageTime> end() {
        leave(nanos.getAsLong());
        current = -1;
        List<StageTime> times = new ArrayList<>(ALL.length);
        for (Stage stage : ALL) {
            if (spent[stage.ordinal()] != NOT_ENTERED) {
                times.add(new StageTime(stage.label, spent[stage.ordinal()]));
            }
        }
        return times;
    }

    private void leave(long now) {
        if (current >= 0) {
            spent[current] += Math.max(0, now - since);
        }
    }
}
