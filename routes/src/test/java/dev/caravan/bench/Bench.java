package dev.caravan.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/** The command {@code ./caravan bench}. Progress goes to standard error, the table to standard output. */
public final class Bench {

    private static final Duration CAMERA = Duration.ofMillis(33);
    /** Of one of 512x512 through hub and WebRTC, where this run does not measure it; see the figures in README. */
    private static final double USUAL_FRAME_MILLIS = 6.7;
    private static final Logger QUIET = Logger.getLogger("org.openqa.selenium");

    private final BenchOptions options;
    private final Path folder;
    private final Progress progress = new Progress(System.err);
    private final ResultTable table = new ResultTable();
    private double frameMillis = USUAL_FRAME_MILLIS;
    private List<ObservedCode.Cost> observed = List.of();

    private Bench(BenchOptions options, Path folder) {
        this.options = options;
        this.folder = folder;
    }

    public static void main(String[] arguments) {
        // The browser's driver warns that it does not know the newest browsers' debugging protocol, which nobody uses here.
        QUIET.setLevel(Level.SEVERE);
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) {
        BenchOptions options;
        try {
            options = BenchOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println("caravan bench: " + e.getMessage());
            return 2;
        }
        if (options.help()) {
            System.out.print(BenchOptions.helpText());
            return 0;
        }
        try {
            Path folder = Files.createTempDirectory("caravan-bench");
            try {
                new Bench(options, folder).measure();
                return 0;
            } finally {
                delete(folder);
            }
        } catch (Exception | AssertionError e) { // the browser's driver tells of what went wrong by assertion errors
            System.err.println("caravan bench: " + e.getMessage());
            return 1;
        }
    }

    private void measure() throws Exception {
        Machine machine = Machine.here();
        progress.say("%s", machine.text());
        // In this JVM, and first: the other processes do not yet want the processor.
        if (wanted(Part.E, Part.F)) {
            ownCode();
        }
        if (wanted(Part.G)) {
            observedCode();
        }
        if (wanted(Part.I)) {
            guard();
        }
        if (wanted(Part.A, Part.B, Part.C, Part.D, Part.H)) {
            try (BenchPage page = new BenchPage()) {
                withBrowser(page);
            }
        }
        observed.forEach(this::tell);
        System.out.println("Measured on " + machine.text() + ".\n");
        System.out.print(table.markdown());
    }

    private void ownCode() throws Exception {
        int frames = options.plan().frames();
        progress.say("%d frames through the hub's own code", 2 * frames + options.plan().pacedFrames());
        try (OwnCode code = new OwnCode()) {
            code.warmUp(frames);
            OwnCode.Result result = code.run(frames, Duration.ZERO);
            if (wanted(Part.E)) {
                time("frame after frame", result);
                time("30 frames a second", code.run(options.plan().pacedFrames(), CAMERA));
            }
            if (wanted(Part.F)) {
                table.hub(Part.F, "allocated per frame, in pictures (the copy at the native edge is one)", "pictures",
                        result.picturesPerFrame(), "1");
            }
        }
    }

    private void time(String how, OwnCode.Result result) {
        table.hub(Part.E, "own code, 576x320, " + how + ": processor time per frame, all threads", "us", result.cpuMicros(), "");
        table.hub(Part.E, "own code, 576x320, " + how + ": library's callback to push, p50", "us", result.wallMicros().p50(), "");
        table.hub(Part.E, "own code, 576x320, " + how + ": library's callback to push, p95", "us", result.wallMicros().p95(), "");
    }

    private void observedCode() throws Exception {
        progress.say("the same with observers, %d turns", options.plan().turns());
        try (ObservedCode code = new ObservedCode(folder)) {
            observed = code.run(options.plan());
        }
    }

    /** Last of all: a whole frame may have been measured by then. */
    private void tell(ObservedCode.Cost cost) {
        table.hub(Part.G, cost.observer() + ": processor time more per frame, frame after frame", "us", cost.micros(), "");
        table.hub(Part.G, cost.observer() + ": processor time more per frame, 30 frames a second", "us", cost.pacedMicros(), "");
        table.hub(Part.G, cost.observer() + ": that as part of a whole frame's " + String.format(Locale.ROOT, "%.1f ms", frameMillis), "%",
                cost.pacedMicros() / frameMillis / 10, "less than 1");
        table.hub(Part.G, cost.observer() + ": allocated more per frame", "bytes", cost.bytes(), "");
    }

    private void guard() {
        progress.say("starting a hub with a token and one without");
        try (Server guarded = Server.guardedHub(folder);
                Server unguarded = Server.hub(folder, "none")) {
            new GuardCost(options.plan(), progress).run(guarded, unguarded, table);
        }
    }

    private void withBrowser(BenchPage page) throws InterruptedException {
        if (wanted(Part.H)) {
            progress.say("starting a hub with a token");
            try (Server hub = Server.guardedHub(folder)) {
                RestUnderLoad rest = new RestUnderLoad(page, options.plan(), progress);
                rest.run(hub, table);
                frameMillis = rest.frameMillis();
            }
        }
        if (wanted(Part.A, Part.B, Part.C)) {
            progress.say("starting hub and echo");
            try (Server hub = Server.hub(folder, "none");
                    Server echo = Server.echo(folder)) {
                InTurn inTurn = new InTurn(page, options.plan(), progress, table);
                if (wanted(Part.A, Part.B)) {
                    inTurn.idle(hub, echo);
                }
                // Before the rounds: its thousands of frames let the hub be compiled, as it is in a server that runs for days.
                Ramp ramp = new Ramp(page, options.plan(), progress);
                if (wanted(Part.C)) {
                    ramp.run(hub, echo, table);
                } else {
                    ramp.warmUp(hub, echo);
                }
                if (wanted(Part.A, Part.B)) {
                    inTurn.run(hub, echo, options.parts());
                    frameMillis = inTurn.frameMillis();
                }
            }
        }
        if (wanted(Part.D)) {
            progress.say("starting a hub with a broker");
            try (Server hub = Server.hub(folder, "embedded")) {
                new KafkaToViewer(page, options.plan(), progress).run(hub, table);
            }
        }
    }

    private boolean wanted(Part first, Part... others) {
        Set<Part> any = EnumSet.of(first, others);
        return options.parts().stream().anyMatch(any::contains);
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // The operating system cleans its temporary folder.
        }
    }
}
