package dev.caravan.live;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A thread that looks at the folder twice a second and calls when something has changed and then stayed the same for one look: an editor
 * that writes in pieces is waited for. It asks rather than listens, because network folders and ConfigMaps send no notices. Every
 * {@link #ANYHOW} it calls without a reason, for changes that leave size and time as they were.
 */
final class FolderWatch implements AutoCloseable {

    static final Duration EVERY = Duration.ofMillis(500);
    private static final int ANYHOW = 30;
    /** Looks after which a folder that never lies still is read all the same. */
    private static final int PATIENCE = 10;

    private final RouteFolder folder;
    private final Runnable changed;
    private final Thread thread;
    private volatile boolean closed;

    FolderWatch(RouteFolder folder, Runnable changed) {
        this.folder = folder;
        this.changed = changed;
        this.thread = Thread.ofPlatform().name("caravan-routes").daemon().unstarted(this::watch);
    }

    void start() {
        thread.start();
    }

    private void watch() {
        Map<String, String> done = Map.of();
        Map<String, String> last = Map.of();
        int looks = 0;
        int moving = 0;
        while (!closed) {
            Map<String, String> now = stamps(last);
            boolean different = !now.equals(done);
            boolean still = now.equals(last);
            moving = different && !still ? moving + 1 : 0;
            if (different && still || moving >= PATIENCE || ++looks >= ANYHOW) {
                changed.run();
                done = now;
                looks = 0;
                moving = 0;
            }
            last = now;
            LockSupport.parkNanos(EVERY.toNanos());
        }
    }

    private Map<String, String> stamps(Map<String, String> otherwise) {
        try {
            return folder.stamps();
        } catch (IOException e) {
            // A mount that is away for a moment: nothing is known, so nothing has changed.
            return otherwise;
        }
    }

    /** Waits for a change that is under way. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
