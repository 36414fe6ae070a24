package dev.caravan.processors.session;

import dev.caravan.inference.frame.Frame;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Lets generated frames go (contract §3.4): at once when they carry the time of their input, else one per interval. Frames leave in
 * the order they were made. Filled by the owner thread, emptied by the alarm of its {@link Timing}.
 */
final class Playout {

    private record Due(Frame frame, long atNanos) {}

    // A frame due this soon leaves now: an alarm is not more exact than that.
    private static final long NOW_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private final Timing timing;
    private final Consumer<Frame> output;
    private final Drops drops;
    private final ArrayDeque<Due> queue = new ArrayDeque<>();
    private boolean armed;
    private long lastDue = Long.MIN_VALUE;
    private long interval;
    private int chunkFrames = 1;
    private boolean catchUp;
    private boolean guessed = true;

    Playout(Timing timing, Consumer<Frame> output, Drops drops) {
        this.timing = timing;
        this.output = output;
        this.drops = drops;
        interval = interval(FpsEstimate.MAX);
    }

    /**
     * The rate from now on. What waits of the first chunk, made when nobody knew its rate, is played at it too.
     *
     * @param catchUp play a tenth faster while more than a chunk waits: for who makes chunks at a pace of its own, which may be a little
     *                faster than its estimate
     */
    synchronized void pace(double framesPerSecond, int framesPerChunk, boolean catchUp) {
        long next = interval(framesPerSecond);
        if (guessed && !queue.isEmpty()) {
            long due = queue.getFirst().atNanos() - interval;
            for (int i = queue.size(); i > 0; i--) {
                due += next;
                queue.addLast(new Due(queue.removeFirst().frame(), due));
            }
            lastDue = due;
        }
        guessed = false;
        interval = next;
        chunkFrames = Math.max(1, framesPerChunk);
        this.catchUp = catchUp;
    }

    /** The frame leaves now, after those that wait. */
    synchronized void now(Frame frame) {
        while (!queue.isEmpty()) {
            output.accept(queue.removeFirst().frame());
        }
        lastDue = timing.nanos();
        output.accept(frame);
    }

    /**
     * The frame leaves one interval after the one before it.
     *
     * @return when
     */
    synchronized long paced(Frame frame) {
        long now = timing.nanos();
        long step = catchUp && queue.size() > chunkFrames ? interval - interval / 10 : interval;
        long due = lastDue == Long.MIN_VALUE ? now : Math.max(now, lastDue + step);
        if (queue.isEmpty() && due - now <= NOW_NANOS) {
            lastDue = due;
            output.accept(frame);
            return due;
        }
        if (queue.size() >= Math.max(FrameInput.CAPACITY, 2 * chunkFrames)) {
            drops.count(Drops.Cause.PLAYOUT_OVERFLOW, queue.getFirst().frame());
            due = dropOldest();
        }
        lastDue = due;
        queue.addLast(new Due(frame, due));
        arm();
        return due;
    }

    /** Forgets what waits. */
    synchronized void clear() {
        queue.forEach(each -> drops.count(Drops.Cause.CLOSING, each.frame()));
        queue.clear();
    }

    /**
     * Those behind the oldest move up, each to the time of the one before it: else whoever makes more than is played would push what is due
     * ever further away, and nothing would be played at all.
     *
     * @return the time that is free at the end
     */
    private long dropOldest() {
        long free = queue.removeFirst().atNanos();
        for (int i = queue.size(); i > 0; i--) {
            Due next = queue.removeFirst();
            queue.addLast(new Due(next.frame(), free));
            free = next.atNanos();
        }
        return free;
    }

    private static long interval(double framesPerSecond) {
        return (long) (TimeUnit.SECONDS.toNanos(1) / framesPerSecond);
    }

    private void arm() {
        if (!armed && !queue.isEmpty()) {
            armed = true;
            timing.alarm(queue.getFirst().atNanos(), this::due);
        }
    }

    private synchronized void due() {
        armed = false;
        long now = timing.nanos();
        while (!queue.isEmpty() && queue.getFirst().atNanos() - now <= NOW_NANOS) {
            output.accept(queue.removeFirst().frame());
        }
        arm();
    }
}
