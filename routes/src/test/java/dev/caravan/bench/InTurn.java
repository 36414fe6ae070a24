package dev.caravan.bench;

import dev.caravan.bench.BenchPage.Connection;
import dev.caravan.bench.BenchPage.Size;
import dev.caravan.bench.BenchPage.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** Parts a and b: one connection at a time, the hub and the echo in turn, so that whatever else the machine does hits both. */
final class InTurn {

    private static final Size WIDE = new Size(576, 320);
    private static final Size SQUARE = new Size(512, 512);
    private static final Size SMALL = new Size(512, 320);

    // A third of what the Python server this hub replaces spends, measured on 2 cores.
    private static final String CPU_AIM = "at most 5.7 to 6.3 (a third of 17 to 19)";
    private static final String LATENCY_AIM = "difference at most 5";

    private record Round(Window window, double cpuSeconds) {}

    private final BenchPage page;
    private final Plan plan;
    private final Progress progress;
    private final ResultTable table;
    private final Map<String, List<Round>> rounds = new LinkedHashMap<>();

    InTurn(BenchPage page, Plan plan, Progress progress, ResultTable table) {
        this.page = page;
        this.plan = plan;
        this.progress = progress;
        this.table = table;
    }

    void run(Server hub, Server echo, Set<Part> parts) {
        List<Server> both = List.of(hub, echo);
        for (int i = 1; i <= plan.rounds(); i++) {
            for (Size size : sizes(parts)) {
                for (Server server : both) {
                    Round round = round(server, size);
                    Percentiles latency = Percentiles.of(round.window().latenciesMs());
                    progress.say("round %d of %d, %s, %-4s  p50 %.1f ms, p95 %.1f ms, %.1f fps, %.0f kbit/s, jitter buffer %.1f ms, CPU %.1f %%",
                            i, plan.rounds(), size, server.name(), latency.p50(), latency.p95(), round.window().fps(),
                            round.window().kbps(), round.window().jitterBufferMs(), 100 * round.cpuSeconds() / round.window().seconds());
                }
            }
        }
        if (parts.contains(Part.A)) {
            latency(WIDE);
            latency(SQUARE);
        }
        if (parts.contains(Part.B)) {
            table.compared(Part.B, "CPU of one session, 512x320 at 30 fps", "% of a core",
                    percent("hub", SMALL), percent("echo", SMALL), "");
            table.compared(Part.B, "CPU per frame, 512x512", "ms", perFrame("hub", SQUARE), perFrame("echo", SQUARE), CPU_AIM);
            table.compared(Part.B, "sent at that, 512x512", "kbit/s", kbps("hub", SQUARE), kbps("echo", SQUARE), "");
        }
    }

    /** Processor time of the hub for a frame of 512x512, milliseconds. */
    double frameMillis() {
        return perFrame("hub", SQUARE);
    }

    private static List<Size> sizes(Set<Part> parts) {
        List<Size> sizes = new ArrayList<>();
        if (parts.contains(Part.A)) {
            sizes.add(WIDE);
        }
        sizes.add(SQUARE);
        if (parts.contains(Part.B)) {
            sizes.add(SMALL);
        }
        return sizes;
    }

    private Round round(Server server, Size size) {
        try (Connection connection = page.send(server, size, true)) {
            Pause.of(plan.warmUp());
            connection.mark();
            Duration before = server.cpu();
            Pause.of(plan.window());
            Duration cpu = server.cpu().minus(before);
            Round round = new Round(connection.window(), cpu.toNanos() / 1e9);
            rounds.computeIfAbsent(server.name() + size, key -> new ArrayList<>()).add(round);
            return round;
        }
    }

    /** What both use while nobody is there. */
    void idle(Server hub, Server echo) {
        progress.say("idle");
        Pause.of(plan.warmUp());
        table.compared(Part.B, "CPU without a session", "% of a core", idle(hub), idle(echo), "");
    }

    private double idle(Server server) {
        Duration before = server.cpu();
        long start = System.nanoTime();
        Pause.of(plan.warmUp());
        return 100.0 * server.cpu().minus(before).toNanos() / (System.nanoTime() - start);
    }

    private void latency(Size size) {
        table.compared(Part.A, "glass to glass, " + size + ", p50", "ms",
                latency("hub", size, 50), latency("echo", size, 50), LATENCY_AIM);
        table.compared(Part.A, "glass to glass, " + size + ", p95", "ms",
                latency("hub", size, 95), latency("echo", size, 95), "");
        table.compared(Part.A, "frames shown, " + size, "1/s", fps("hub", size), fps("echo", size), "at least 25");
    }

    private double latency(String server, Size size, int percent) {
        return median(server, size, round -> Percentiles.of(round.window().latenciesMs()).at(percent));
    }

    private double fps(String server, Size size) {
        return median(server, size, round -> round.window().fps());
    }

    private double percent(String server, Size size) {
        return median(server, size, round -> 100 * round.cpuSeconds() / round.window().seconds());
    }

    private double perFrame(String server, Size size) {
        return median(server, size, round -> 1000 * round.cpuSeconds() / round.window().frames());
    }

    private double kbps(String server, Size size) {
        return median(server, size, round -> round.window().kbps());
    }

    /** Of the rounds: one in which the machine, or the compiler in the hub, was busy with something else counts for one. */
    private double median(String server, Size size, ToDoubleFunction<Round> figure) {
        return Percentiles.of(rounds.getOrDefault(server + size, List.of()).stream().mapToDouble(figure).toArray()).p50();
    }
}
