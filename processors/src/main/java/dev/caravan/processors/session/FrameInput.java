package dev.caravan.processors.session;

import dev.caravan.inference.frame.Frame;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The input of one session: the frames of its active source that no chunk has taken yet. Bounded; the newest frames win and every
 * frame that is not used is counted. Frames of two sources are never mixed. Offered to by any thread, taken from by the owner.
 */
final class FrameInput {

    /** Contract §3.2. */
    static final int CAPACITY = 30;

    // A chunk of one takes frames in order, so that a burst loses none, as long as none has waited longer than this. Even sampling
    // alone would take the oldest of any backlog and never catch up.
    static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** What becomes of frames now. */
    enum Admission {
        TAKEN(Drops.Cause.OVERFLOW),
        PAUSED(Drops.Cause.PAUSED),
        TEXT_MODE(Drops.Cause.TEXT_MODE),
        CLOSING(Drops.Cause.CLOSING);

        private final Drops.Cause cause;

        Admission(Drops.Cause cause) {
            this.cause = cause;
        }
    }

    private record Waiting(Frame frame, long sinceNanos) {}

    private final SourceBoard sources;
    private final Drops drops;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private String bufferedSource = "";
    private Admission admission = Admission.TAKEN;
    private int wanted = 1;

    FrameInput(SourceBoard sources, Drops drops) {
        this.sources = sources;
        this.drops = drops;
    }

    /** @return whether the owner has something to do now */
    synchronized boolean offer(Frame frame, long nowNanos) {
        String source = frame.origin().source();
        if (!sources.frameArrived(source, nowNanos)) {
            drops.count(Drops.Cause.TOO_MANY_SOURCES, frame);
            return false;
        }
        keepOnlyTheActive(nowNanos);
        if (!source.equals(bufferedSource)) {
            drops.count(Drops.Cause.INACTIVE_SOURCE, frame);
            return false;
        }
        if (admission != Admission.TAKEN) {
            drops.count(admission.cause, frame);
            return false;
        }
        if (waiting.size() >= Math.max(CAPACITY, 2 * wanted)) {
            drops.count(Drops.Cause.OVERFLOW, waiting.removeFirst().frame());
        }
        waiting.addLast(new Waiting(frame, nowNanos));
        return waiting.size() >= wanted;
    }

    /**
     * Takes the frames of one chunk.
     *
     * @return {@code count} frames, oldest first, or none when there are not yet enough
     */
    synchronized List<Frame> take(int count, long nowNanos) {
        wanted = count;
        admit(Admission.TAKEN);
        keepOnlyTheActive(nowNanos);
        if (count == 1) {
            return takeOne(nowNanos);
        }
        int size = waiting.size();
        if (size < count) {
            return List.of();
        }
        List<Frame> sample = new ArrayList<>(count);
        int position = 0;
        for (int i = 0; i < count; i++) {
            for (int next = Sampling.index(i, size, count); position < next; position++) {
                drops.count(Drops.Cause.SAMPLED_OUT, waiting.removeFirst().frame());
            }
            sample.add(waiting.removeFirst().frame());
            position++;
        }
        return sample;
    }

    private List<Frame> takeOne(long nowNanos) {
        while (waiting.size() > 1 && nowNanos - waiting.getFirst().sinceNanos() > FRESH_NANOS) {
            drops.count(Drops.Cause.OVERFLOW, waiting.removeFirst().frame());
        }
        return waiting.isEmpty() ? List.of() : List.of(waiting.removeFirst().frame());
    }

    /** Puts frames back that a chunk took but could not use yet, because others of its sample were bad. */
    synchronized void putBack(List<Frame> frames, long nowNanos) {
        for (Frame frame : frames.reversed()) {
            if (frame.origin().source().equals(bufferedSource) && admission == Admission.TAKEN) {
                waiting.addFirst(new Waiting(frame, nowNanos));
            } else {
                drops.count(Drops.Cause.INACTIVE_SOURCE, frame);
            }
        }
    }

    /** Takes frames, or drops what waits and what comes. */
    synchronized void admit(Admission what) {
        if (admission != what) {
            admission = what;
            forget(what.cause);
        }
    }

    private void keepOnlyTheActive(long nowNanos) {
        String active = sources.active(nowNanos).orElse("");
        if (!active.equals(bufferedSource)) {
            bufferedSource = active;
            forget(Drops.Cause.INACTIVE_SOURCE);
        }
    }

    private void forget(Drops.Cause cause) {
        waiting.forEach(each -> drops.count(cause, each.frame()));
        waiting.clear();
    }
}
