package dev.caravan.bench;

import dev.caravan.inference.ort.Engine;
import dev.caravan.inference.ort.EngineSettings;
import dev.caravan.metrics.HubMetrics;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.traces.HubTraces;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Part g: the same frames through the hub's own code, watched by nobody, by metrics, and by metrics and traces, which go
 * to a collector in this JVM. All of them are there at
 * once and carry some frames each in turn, in the opposite order every other time, so that whatever the machine does besides hits all.
 * The compiler sees several observers where a hub has one: what is measured is a little more than what a hub spends.
 */
final class ObservedCode implements AutoCloseable {

    /** Of the frames that are followed: what is usual, and all. */
    private static final double[] SHARES = {0.01, 1};
    private static final Duration CAMERA = Duration.ofMillis(33);
    /** At a time, frame after frame: their spans find room until they are sent. */
    private static final int SLICE = 500;

    /**
     * What an observer adds to a frame, as the median of the turns: below 0 where the machine's noise is more than that.
     *
     * @param micros      processor time of all threads, frame after frame
     * @param pacedMicros the same at a camera's rate, when what it needs has left the processor's caches in between
     * @param bytes       on the heap
     */
    record Cost(String observer, double micros, double pacedMicros, double bytes) {}

    /** One of those that are compared. */
    private static final class Watched {

        private final String observer;
        private final OwnCode code;
        private final Runnable send;
        private final List<OwnCode.Result> frames = new ArrayList<>();
        private final List<OwnCode.Result> paced = new ArrayList<>();

        Watched(String observer, OwnCode code, Runnable send) {
            this.observer = observer;
            this.code = code;
            this.send = send;
        }
    }

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final List<Watched> all = new ArrayList<>();

    /** Starts all of them. @param folder for what they keep on disk */
    ObservedCode(Path folder) throws Exception {
        try {
            watched("nobody", SessionObserver.NONE, () -> { });
            Engine engine = owned(Engine.open(EngineSettings.in(folder)));
            watched("metrics", owned(new HubMetrics("bench", engine)).sessions(), () -> { });
            URI collector = owned(new CollectorStandIn()).uri();
            for (double share : SHARES) {
                HubTraces traces = owned(HubTraces.to(collector, share, "bench"));
                watched("metrics, traces of " + Math.round(100 * share) + " % of the frames",
                        owned(new HubMetrics("bench", engine)).sessions().with(traces.sessions()), traces::flush);
            }
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    /** @param send sends what is left of traces, so that whoever made them pays for it */
    private void watched(String observer, SessionObserver of, Runnable send) throws Exception {
        all.add(new Watched(observer, owned(new OwnCode(of)), send));
    }

    private <T extends AutoCloseable> T owned(T part) {
        open.push(part);
        return part;
    }

    /** Measures. */
    List<Cost> run(Plan plan) throws InterruptedException {
        int slices = Math.max(plan.turns(), plan.frames() / SLICE);
        for (int turn = 0; turn < 2 * slices; turn++) {
            for (Watched each : order(turn)) {
                OwnCode.Result result = each.code.run(plan.frames() / slices, Duration.ZERO, each.send);
                // The first half lets the compiler do its work.
                if (turn >= slices) {
                    each.frames.add(result);
                }
            }
        }
        for (int turn = 0; turn < plan.turns(); turn++) {
            for (Watched each : order(turn)) {
                each.paced.add(each.code.run(plan.pacedFrames() / plan.turns(), CAMERA, each.send));
            }
        }
        Watched nobody = all.getFirst();
        return all.stream().skip(1).map(each -> new Cost(
                        each.observer,
                        more(each.frames, nobody.frames, OwnCode.Result::cpuMicros),
                        more(each.paced, nobody.paced, OwnCode.Result::cpuMicros),
                        more(each.frames, nobody.frames, OwnCode.Result::bytesPerFrame)))
                .toList();
    }

    private List<Watched> order(int turn) {
        return turn % 2 == 0 ? all : all.reversed();
    }

    /** The differences are taken turn by turn: what changes slowly cancels. */
    private static double more(List<OwnCode.Result> these, List<OwnCode.Result> those, ToDoubleFunction<OwnCode.Result> figure) {
        double[] differences = new double[these.size()];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = figure.applyAsDouble(these.get(i)) - figure.applyAsDouble(those.get(i));
        }
        return Percentiles.of(differences).p50();
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            AutoCloseable part = open.pop();
            try {
                part.close();
            } catch (Exception e) {
                throw new IllegalStateException("not closed: " + part, e);
            }
        }
    }
}
