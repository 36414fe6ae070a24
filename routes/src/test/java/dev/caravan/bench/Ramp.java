package dev.caravan.bench;

import dev.caravan.bench.BenchPage.Connection;
import dev.caravan.bench.BenchPage.Size;
import dev.caravan.bench.BenchPage.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Part c: more and more sessions until one is shown less than 25 frames a second. The browser that encodes and decodes for all of them
 * runs on the same machine and costs more than the hub; the echo's figure says what that machine allows.
 */
final class Ramp {

    private static final Size SIZE = new Size(512, 320);
    private static final double LEAST_FPS = 25;
    private static final int WARM_UP_SESSIONS = 4;

    private record Step(int sessions, double mean, double least, double cpuPercent) {

        boolean enough() {
            return least >= LEAST_FPS;
        }

        String text() {
            return String.format(Locale.ROOT, "%d: %.1f fps (least %.1f), CPU %.0f %%", sessions, mean, least, cpuPercent);
        }
    }

    private final BenchPage page;
    private final Plan plan;
    private final Progress progress;

    Ramp(BenchPage page, Plan plan, Progress progress) {
        this.page = page;
        this.plan = plan;
        this.progress = progress;
    }

    void run(Server hub, Server echo, ResultTable table) {
        List<Step> hubSteps = steps(hub);
        List<Step> echoSteps = steps(echo);
        table.compared(Part.C, "sessions of " + SIZE + " at 30 fps with at least 25 fps each, browser on the same machine", "sessions",
                most(hubSteps), most(echoSteps), "");
        table.note("sessions, hub: " + text(hubSteps));
        table.note("sessions, bare echo: " + text(echoSteps));
    }

    /** Lets both send and receive for a while, without a result. */
    void warmUp(Server... servers) {
        progress.say("warming up");
        for (Server server : servers) {
            List<Connection> connections = new ArrayList<>();
            try {
                for (int i = 0; i < WARM_UP_SESSIONS; i++) {
                    connections.add(page.send(server, SIZE, false));
                }
                Pause.of(plan.warmUp().multipliedBy(6));
            } finally {
                connections.forEach(Connection::close);
            }
        }
    }

    private List<Step> steps(Server server) {
        List<Step> steps = new ArrayList<>();
        List<Connection> connections = new ArrayList<>();
        try {
            for (int sessions : plan.sessions()) {
                while (connections.size() < sessions) {
                    connections.add(page.send(server, SIZE, false));
                }
                Step step = step(server, connections);
                steps.add(step);
                progress.say("%-4s sessions %s", server.name(), step.text());
                if (!step.enough()) {
                    break;
                }
            }
        } finally {
            connections.forEach(Connection::close);
        }
        return steps;
    }

    private Step step(Server server, List<Connection> connections) {
        Pause.of(plan.warmUp());
        connections.forEach(Connection::mark);
        Duration before = server.cpu();
        long start = System.nanoTime();
        Pause.of(plan.rampWindow());
        double cpu = 100.0 * server.cpu().minus(before).toNanos() / (System.nanoTime() - start);
        double[] fps = connections.stream().map(Connection::window).mapToDouble(Window::fps).sorted().toArray();
        double sum = 0;
        for (double each : fps) {
            sum += each;
        }
        return new Step(connections.size(), sum / fps.length, fps[0], cpu);
    }

    private static int most(List<Step> steps) {
        return steps.stream().filter(Step::enough).mapToInt(Step::sessions).max().orElse(0);
    }

    private static String text(List<Step> steps) {
        return steps.stream().map(Step::text).collect(Collectors.joining("; "));
    }
}
