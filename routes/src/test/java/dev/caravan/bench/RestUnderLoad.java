package dev.caravan.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.bench.BenchPage.Connection;
import dev.caravan.bench.BenchPage.Size;
import dev.caravan.bench.BenchPage.Window;
import dev.caravan.bench.OpenLoop.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Part h: four sessions stream, with nobody asking anything and under a load of requests, in turn. The hub has a token, as one that
 * others reach. The load comes from this JVM, on the same machine.
 */
final class RestUnderLoad {

    private static final int SESSIONS = 4;
    private static final int PER_SECOND = 200;
    private static final int TURNS = 2;
    private static final Size SIZE = new Size(512, 320);

    /** A stretch of time. @param cpuNanos of the hub */
    private record Stretch(double seconds, double[] fps, long frames, long cpuNanos) {

        double mean() {
            double sum = 0;
            for (double each : fps) {
                sum += each;
            }
            return sum / fps.length;
        }
    }

    private interface Meanwhile {
        void happens() throws InterruptedException;
    }

    private final BenchPage page;
    private final Plan plan;
    private final Progress progress;
    private final List<Stretch> quiet = new ArrayList<>();
    private final List<Stretch> loaded = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();

    RestUnderLoad(BenchPage page, Plan plan, Progress progress) {
        this.page = page;
        this.plan = plan;
        this.progress = progress;
    }

    void run(Server hub, ResultTable table) throws InterruptedException {
        List<Connection> connections = new ArrayList<>();
        try {
            while (connections.size() < SESSIONS) {
                connections.add(page.send(hub, SIZE, false));
            }
            List<String> ids = new ArrayList<>();
            for (JsonNode session : hub.get("/api/v1/sessions").path("sessions")) {
                ids.add(session.path("id").asText());
            }
            OpenLoop loop = new OpenLoop(hub::send, System::nanoTime);
            loop.run(RestMix.of(ids, PER_SECOND, plan.load()));
            Pause.of(plan.warmUp());
            for (int turn = 1; turn <= TURNS; turn++) {
                quiet.add(stretch(hub, connections, () -> Pause.of(plan.load())));
                loaded.add(stretch(hub, connections, () -> answers.addAll(loop.run(RestMix.of(ids, PER_SECOND, plan.load())))));
                progress.say("turn %d of %d: %.1f fps each without load, %.1f with", turn, TURNS,
                        quiet.getLast().mean(), loaded.getLast().mean());
            }
        } finally {
            connections.forEach(Connection::close);
        }
        tell(table);
    }

    /** Processor time of the hub for a frame of these sessions, milliseconds. */
    double frameMillis() {
        return sum(quiet) / 1e6 / quiet.stream().mapToLong(Stretch::frames).sum();
    }

    private static Stretch stretch(Server hub, List<Connection> connections, Meanwhile meanwhile) throws InterruptedException {
        connections.forEach(Connection::mark);
        Duration before = hub.cpu();
        long start = System.nanoTime();
        meanwhile.happens();
        long cpu = hub.cpu().minus(before).toNanos();
        double seconds = (System.nanoTime() - start) / 1e9;
        List<Window> windows = connections.stream().map(Connection::window).toList();
        return new Stretch(
                seconds,
                windows.stream().mapToDouble(Window::fps).toArray(),
                windows.stream().mapToLong(Window::frames).sum(),
                cpu);
    }

    private void tell(ResultTable table) {
        Percentiles latency = Percentiles.of(answers.stream().mapToDouble(Answer::millis).toArray());
        String what = "REST, " + PER_SECOND + " requests/s while " + SESSIONS + " sessions of " + SIZE + " stream, token: ";
        table.hub(Part.H, what + "p50", "ms", latency.p50(), "");
        table.hub(Part.H, what + "p95", "ms", latency.p95(), "");
        table.hub(Part.H, what + "p99", "ms", latency.at(99), "");
        table.hub(Part.H, what + "longest", "ms", latency.at(100), "");
        table.hub(Part.H, what + "errors", "of " + answers.size(), answers.stream().filter(Answer::failed).count(), "0");
        table.hub(Part.H, "CPU of the hub per request of that load", "us", cpuPerRequest(), "");
        table.hub(Part.H, "frames shown of each session, without that load", "1/s", fps(quiet), "at least 25");
        table.hub(Part.H, "frames shown of each session, with that load", "1/s", fps(loaded), "at least 25");
        table.hub(Part.H, "CPU per frame, " + SIZE + ", without that load", "ms", frameMillis(), "");
        table.note("by operation, p50 / p99 / longest in ms: " + answers.stream()
                .collect(Collectors.groupingBy(Answer::operation, TreeMap::new, Collectors.toList()))
                .entrySet().stream()
                .map(entry -> entry.getKey() + " " + text(entry.getValue().stream().mapToDouble(Answer::millis).toArray()))
                .collect(Collectors.joining("; ")));
        table.note("of these times requests were sent late, for want of a processor on this side, by p50 / p99 / longest: "
                + text(answers.stream().mapToDouble(Answer::lateMillis).toArray()) + " ms");
    }

    /** What the stretches with load cost more than as much time without. */
    private double cpuPerRequest() {
        double idle = sum(quiet) / seconds(quiet);
        return (sum(loaded) - idle * seconds(loaded)) / 1e3 / answers.size();
    }

    private static double fps(List<Stretch> stretches) {
        return stretches.stream().mapToDouble(Stretch::mean).average().orElse(Double.NaN);
    }

    private static double sum(List<Stretch> stretches) {
        return stretches.stream().mapToLong(Stretch::cpuNanos).sum();
    }

    private static double seconds(List<Stretch> stretches) {
        return stretches.stream().mapToDouble(Stretch::seconds).sum();
    }

    private static String text(double[] millis) {
        Percentiles all = Percentiles.of(millis);
        return String.format(Locale.ROOT, "%.1f / %.1f / %.1f", all.p50(), all.at(99), all.at(100));
    }
}
