package dev.caravan.inference.bench.gpu;

import dev.caravan.inference.bench.BenchOptions;
import dev.caravan.inference.bench.FigureTable;
import dev.caravan.inference.bench.Machine;
import dev.caravan.inference.bench.PipelineTable;
import dev.caravan.inference.bench.WorkFolder;
import dev.caravan.inference.ort.DeviceRequest;
import dev.caravan.inference.ort.OrtException;
import dev.caravan.inference.ort.OrtNatives;
import dev.caravan.inference.ort.Provider;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The command {@code ./caravan bench gpu}: everything the engine rests on and that only a GPU can tell, riskiest first. Each check is a
 * line; one that fails keeps no other from being made. Exit status 0 when all is well, 1 when a check failed, 2 for a wrong option, 3
 * without a GPU.
 */
public final class GpuCheck {

    private static final int ALL_WELL = 0;
    private static final int FAILED = 1;
    private static final int WRONG_OPTION = 2;
    private static final int NO_GPU = 3;

    private final PrintStream out;
    private final FigureTable figures = new FigureTable();
    private final FigureTable summary = new FigureTable();
    private final PipelineTable rows = new PipelineTable();
    private final boolean pipelines;
    private int failures;

    private GpuCheck(PrintStream out, boolean pipelines) {
        this.out = out;
        this.pipelines = pipelines;
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length == 3 && arguments[0].equals(FlashCheck.CHILD)) {
            attend(Provider.valueOf(arguments[1]), Path.of(arguments[2]));
            return;
        }
        System.exit(run(List.of(arguments), System.out));
    }

    static int run(List<String> arguments, PrintStream out) throws Exception {
        BenchOptions options;
        OrtNatives natives;
        try {
            options = BenchOptions.parse(arguments, DeviceRequest.CUDA);
            if (options.help()) {
                out.print(HELP);
                return ALL_WELL;
            }
            natives = options.natives().map(OrtNatives::in)
                    .orElseGet(() -> OrtNatives.onClassPath(BenchOptions.build().resolve("natives"), true));
        } catch (IllegalArgumentException | OrtException e) {
            out.println("caravan bench gpu: " + e.getMessage());
            return WRONG_OPTION;
        }
        Provider provider = options.device() == DeviceRequest.CPU ? Provider.CPU : Provider.CUDA;
        try (WorkFolder folder = WorkFolder.in(options.folder())) {
            return run(natives, provider, folder.path(), options.pipelines(), out);
        }
    }

    /** On the CPU at tiny sizes. */
    static int run(OrtNatives natives, Provider provider, Path folder, boolean pipelines, PrintStream out) {
        if (provider == Provider.CUDA && !natives.hasCuda()) {
            out.println("no GPU check without the CUDA provider: " + natives + " has none; give a folder that has it with --ort DIR,"
                    + " or build with Microsoft's for CUDA 12 by --device cuda");
            return NO_GPU;
        }
        try (Rig rig = Rig.open(natives, provider, provider == Provider.CPU ? Sizes.TINY : Sizes.TRUE, folder)) {
            return new GpuCheck(out, pipelines).all(rig);
        } catch (OrtException e) {
            out.println("no GPU here that can be used: " + e.getMessage());
            return NO_GPU;
        }
    }

    private int all(Rig rig) {
        out.println(Machine.text() + "; ONNX Runtime " + rig.runtime().version() + ", " + rig.natives());
        report("natives and provider load", "ok", rig.device().provider() + ", "
                + rig.device().memory().free().stream().mapToObj(free -> free / 1_000_000 + " MB free").findFirst().orElse("memory unknown"));
        for (Check check : List.of(
                new Check("tensors on the device", TensorChecks::moves),
                new Check("transformer block against fp32", TransformerChecks::block),
                new Check("flash attention is chosen", FlashCheck::flash),
                new Check("biased keys and rows of zeros", FamilyChecks::biased),
                new Check("caches are updated in place", TensorChecks::inPlace),
                new Check("weights at an odd offset", TensorChecks::oddOffset),
                new Check("recorded runs (CUDA graph)", TensorChecks::recorded),
                new Check("recorded transformer steps", TransformerChecks::recorded),
                new Check("heads that choose memory blocks", FamilyChecks::sparseBank),
                new Check("a bank that is compressed", FamilyChecks::bank),
                new Check("averages in narrow slots", FamilyChecks::average),
                new Check("averages wider than slots", FamilyChecks::wideAverage),
                new Check("weights in eight bits", FamilyChecks::float8),
                new Check("hints of a context", FamilyChecks::hints),
                new Check("adapters at runtime", FamilyChecks::adapter),
                new Check("VAE against fp32", NetworkChecks::vaeAccuracy),
                new Check("VAE time", NetworkChecks::vaeSpeed),
                new Check("text encoder with bias", NetworkChecks::textEncoder),
                new Check("skip norm far from zero", TransformerChecks::skipNorm),
                new Check("small graphs", NetworkChecks::filters),
                new Check("whole chunks", new WholeModelCheck(figures, rows, pipelines)::run))) {
            make(check, rig);
        }
        out.println("\n" + summary.markdown() + "\n" + figures.markdown() + "\n" + rows.markdown());
        out.println(failures == 0 ? "all checks passed" : failures + " checks failed");
        return failures == 0 ? ALL_WELL : FAILED;
    }

    private void make(Check check, Rig rig) {
        long start = System.nanoTime();
        String state = "ok";
        String numbers;
        try {
            numbers = check.body().run(rig);
        } catch (Exception | LinkageError e) {
            failures++;
            state = "FAIL";
            numbers = e instanceof Check.Failed ? e.getMessage() : e.toString();
        }
        report(check.what(), state, "%s (%.0f s)".formatted(numbers.lines().findFirst().orElse(""), (System.nanoTime() - start) / 1e9));
    }

    private void report(String what, String state, String numbers) {
        out.printf(Locale.ROOT, "%-4s  %-32s %s%n", state, what, numbers);
        out.flush();
        summary.row(what, state, numbers);
    }

    /** In a process of its own. */
    private static void attend(Provider provider, Path natives) throws Exception {
        try (WorkFolder folder = WorkFolder.in(Optional.empty());
                Rig rig = Rig.open(OrtNatives.in(natives), provider, provider == Provider.CPU ? Sizes.TINY : Sizes.TRUE, folder.path())) {
            TransformerChecks.attend(rig);
        }
    }

    private static final String HELP = """
            Usage: ./caravan bench gpu [--ort DIR | --device cuda | --device cpu] [--folder DIR] [--pipelines]

            Checks on a GPU what the inference engine rests on, one line each, then runs the 1.3B model with random weights. Below eight
            minutes. Exit status 0: all well, 1: a check failed, 3: no GPU.

              --ort DIR    a folder with ONNX Runtime's libraries, its CUDA provider among them
              --device cuda builds with Microsoft's libraries for CUDA 12, 640 MB
              --folder DIR where weights are written, 7 GB; else in the temporary folder
              --pipelines  then all pipelines in their modes at true sizes, the 14B ones too: 60 GB of weights, a quarter of an hour more
              --device cpu the same checks at tiny sizes on the CPU, to try the checks themselves
            """;
}
