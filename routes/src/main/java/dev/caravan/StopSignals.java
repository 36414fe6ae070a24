package dev.caravan;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import sun.misc.Signal;

/**
 * What a second Ctrl+C or SIGTERM means: the first one stops the hub in order, and the virtual machine would not listen to another while it
 * does. Only for a hub that takes its time to stop.
 */
final class StopSignals {

    private static final int SIGNALLED = 128;

    private final AtomicBoolean stopping = new AtomicBoolean();
    private final Runnable hurry;

    private StopSignals(Runnable hurry) {
        this.hurry = hurry;
    }

    /** @param hurry called for every signal but the first, from any thread */
    static void install(Runnable hurry) {
        StopSignals signals = new StopSignals(hurry);
        for (String name : List.of("TERM", "INT")) {
            // Each signal comes on a thread of its own, so this one may wait for the end.
            Signal.handle(new Signal(name), signals::received);
        }
    }

    private void received(Signal signal) {
        if (stopping.compareAndSet(false, true)) {
            System.exit(SIGNALLED + signal.getNumber());
        } else {
            hurry.run();
        }
    }
}
