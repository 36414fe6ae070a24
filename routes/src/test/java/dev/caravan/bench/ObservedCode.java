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
        private final List<OwnCode.Result> frames = new ArrayList<>();
        private final List<OwnCode.Result> paced = new ArrayList<>();

        Watched(String observer, OwnCode code) {
            this.observer = observer;
            this.code = code;
        }
    }

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final List<Watched> all = new ArrayList<>();

    /** Starts all of them. @param folder for what they keep on disk */
    ObservedCode(Path folder) throws Exception {
        try {
            watched("nobody", SessionObserver.NONE);
            Engine engine = owned(Engine.open(EngineSettings.in(folder)));
            watched("metrics", owned(new HubMetrics("bench", engine)).sessions());
            URI collector = owned(new CollectorStandIn()).uri();
            for (double share : SHARES) {
                HubTraces traces = owned(HubTraces.to(collector, share, "bench"));
                watched("metrics, traces of " + Math.round(100 * share) + " % of the frames",
                        owned(new HubMetrics("bench", engine)).sessions().with(traces.sessions()));
            }
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    private void watched(String observer, SessionObserver of) throws Exception {
        all.add(new Watched(observer, owned(new OwnCode(of))));
    }

    private <T extends AutoCloseable> T owned(T part) {
        open.push(part);
        return part;
    }

    /** Measures. */
    List<Cost> run(Plan plan) throws InterruptedException {
        int frames = plan.frames() / plan.turns();
        for (int turn = 0; turn < plan.turns(); turn++) {
            for (Watched each : all) {
                each.code.warmUp(frames);
            }
        }
        List<Watched> order = new ArrayList<>(all);
        for (int turn = 0; turn < plan.turns(); turn++) {
            for (Watched each : order) {
                each.frames.add(each.code.run(frames, Duration.ZERO));
            }
            for (Watched each : order) {
                each.paced.add(each.code.run(plan.pacedFrames() / plan.turns(), CAMERA));
            }
            order = order.reversed();
        }
        Watched nobody = all.getFirst();
        return all.stream().skip(1).map(each -> new Cost(
                        each.observer,
                        more(each.frames, nobody.frames, OwnCode.Result::cpuMicros),
                        more(each.paced, nobody.paced, OwnCode.Result::cpuMicros),
                        more(each.frames, nobody.frames, OwnCode.Result::bytesPerFrame)))
                .toList();
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
