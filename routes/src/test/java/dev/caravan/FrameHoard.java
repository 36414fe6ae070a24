package dev.caravan;

import dev.caravan.inference.frame.Frame;
import java.util.ArrayList;
import java.util.List;

/** What a route of a user may do: keep every frame for ever. Used by name from a route file. */
public final class FrameHoard {

    private static final List<Frame> KEPT = new ArrayList<>();

    public static void keep(Frame frame) {
        synchronized (KEPT) {
            KEPT.add(frame);
        }
    }

    static long bytes() {
        synchronized (KEPT) {
            return KEPT.stream().mapToLong(frame -> frame.picture().bytes()).sum();
        }
    }

    static void letGo() {
        synchronized (KEPT) {
            KEPT.clear();
        }
    }
}
