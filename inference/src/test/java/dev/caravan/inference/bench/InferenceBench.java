package dev.caravan.inference.bench;

import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.DeviceRequest;
import dev.caravan.inference.ort.Engine;
import dev.caravan.inference.ort.EngineSettings;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.SessionSettings;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.TransformerConfig;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** The command {@code ./caravan bench inference}. Progress goes to standard error, the table to standard output. */
public final class InferenceBench {

    private static final int CHUNKS = 3;
    private static final double LIVE = 25;

    private final Device device;
    private final BenchOptions options;
    private final Path folder;
    private final FigureTable table = new FigureTable();
    private final PipelineTable tinyPipelines = new PipelineTable();
    private final PipelineTable truePipelines = new PipelineTable();
    private final BenchModels tiny;
    private final long start = System.nanoTime();
    private double peak;

    private InferenceBench(Device device, BenchOptions options, Path folder) throws Exception {
        this.device = device;
        this.options = options;
        this.folder = folder;
        this.tiny = new TinySetModels(folder.resolve("tiny"));
    }

    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) {
        try {
            BenchOptions options = BenchOptions.parse(arguments, DeviceRequest.AUTO);
            if (options.help()) {
                System.out.print(HELP);
                return 0;
            }
            try (WorkFolder folder = WorkFolder.in(options.folder());
                    Engine engine = Engine.open(new EngineSettings(options.device(), options.natives(), BenchOptions.build(),
                            Runtime.getRuntime().availableProcessors()))) {
                InferenceBench bench = new InferenceBench(engine.device(), options, folder.path());
                System.err.println(Machine.text() + "; " + engine.describe());
                bench.measure();
                System.out.println("Measured on " + Machine.text() + "; " + engine.describe() + ".\n");
                bench.print(System.out);
            }
            return 0;
        } catch (IllegalArgumentException e) {
            System.err.println("caravan bench inference: " + e.getMessage());
            return 2;
        } catch (Exception e) {
            System.err.println("caravan bench inference: " + e);
            return 1;
        }
    }

    private void print(PrintStream out) {
        out.println(table.markdown());
        out.println("Tiny networks with random weights at 128x128; shares are of what so small a network could do at the peak.\n");
        out.println(tinyPipelines.markdown());
        out.println("Networks of published size with random weights, at the sizes that clients show.\n");
        out.print(truePipelines.markdown());
    }

    private void measure() throws Exception {
        say("graphs of true size");
        new GraphBuilds(table, folder).measure();
        say("gray and edges");
        filter("gray", FilterFigures.framesPerSecond(FilterFigures.gray(device), 512, 512));
        filter("edges", FilterFigures.framesPerSecond(FilterFigures.edges(device), 512, 512));
        say("the tiny model");
        tiny();
        say("a block of true size, and the peak of matrix products before, between and after");
        measurePeak();
        BlockTime half = block(9);
        measurePeak();
        BlockTime whole = block(12);
        measurePeak();
        table.row("matrix product, " + MatrixPeak.type(device) + ", peak", peak, "GFLOP/s", "this machine's; shares are of it");
        row(half);
        row(whole);
        pipelines();
    }

    private void filter(String name, double rate) {
        table.row(name + ", 512x512", rate, "frames/s", "%s times the %.0f of live video (aim: at least 1)".formatted(
                FigureTable.number(rate / LIVE), LIVE));
    }

    private void tiny() throws Exception {
        PipelineBench bench = new PipelineBench(device, tiny);
        chunks(bench, "tiny, 320x576, from text, 4 steps", text(), 320, 576);
        chunks(bench, "tiny, 512x512, from video, 2 steps", video(), 512, 512);
    }

    private static PipelineCase text() {
        return PipelineCase.all().get(0);
    }

    private static PipelineCase video() {
        return PipelineCase.all().get(1);
    }

    private void chunks(PipelineBench bench, String name, PipelineCase how, int height, int width) throws Exception {
        bench.measure(how, height, width, CHUNKS, heap(), (figures, flops, memory) -> new ChunkRows(table, name).add(figures));
    }

    /** All pipelines: tiny ones here, and on a GPU those of true size; elsewhere a row says that there was none. */
    private void pipelines() throws Exception {
        say("all pipelines, tiny");
        new PipelineBench(device, tiny).rows(tinyPipelines, PipelineCase.all(), CHUNKS, peak, name -> say("  " + name));
        if (onCuda() || options.trueSize()) {
            say("all pipelines, of true size");
            BenchModels models = new TrueSizeModels(folder.resolve("true"), TrueSizeModels.Sizes.PUBLISHED);
            new PipelineBench(device, models).rows(truePipelines, trueCases(), CHUNKS, peak, name -> say("  " + name));
        } else {
            PipelineCase.all().forEach(how -> truePipelines.none(how, "no GPU here"));
        }
    }

    /** Without a GPU one is enough: a chunk of it takes minutes. */
    private List<PipelineCase> trueCases() {
        return onCuda() ? PipelineCase.all() : List.of(text());
    }

    /** The best there was: others may have wanted the machine while one was measured. */
    private void measurePeak() throws Exception {
        peak = Math.max(peak, MatrixPeak.gigaflops(device, MatrixPeak.type(device), onCuda() ? 8192 : 2048, 10));
    }

    private record BlockTime(long queries, long keys, double flops, double millis) {}

    private BlockTime block(int cacheFrames) throws Exception {
        TransformerConfig config = TransformerBlock.ofLayers(TransformerConfig.WAN_1_3B, 1);
        DType compute = MatrixPeak.type(device);
        Path file = folder.resolve("block-" + cacheFrames + ".safetensors");
        Weights weights = TransformerBlock.weights(file, config, compute);
        try (TransformerBlock block = new TransformerBlock(
                device, config, LatentSize.ofPictures(320, 576), cacheFrames, weights, compute, SessionSettings.DEFAULT)) {
            double millis = Timing.median(onCuda() ? 20 : 3, () -> {
                block.run();
                return null;
            });
            return new BlockTime(block.queries(), block.keys(), block.flops(), millis);
        }
    }

    private void row(BlockTime time) {
        double speed = Flops.giga(time.flops, time.millis);
        table.row("one block of the 1.3B, %d queries, %d keys".formatted(time.queries, time.keys), time.millis, "ms",
                "%.0f GFLOP, %s GFLOP/s, %.0f %% of the peak; embeddings and head included".formatted(
                        time.flops / 1e9, FigureTable.number(speed), 100 * speed / peak));
    }

    private boolean onCuda() {
        return device.provider() == Provider.CUDA;
    }

    /** Bytes that all threads together have allocated. */
    private static LongSupplier heap() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())::getTotalThreadAllocatedBytes;
    }

    private void say(String what) {
        System.err.printf(Locale.ROOT, "%5.0f s  %s%n", (System.nanoTime() - start) / 1e9, what);
    }

    private static final String HELP = """
            Usage: ./caravan bench inference [--device auto|cuda|cpu] [--ort DIR] [--true-size] [--folder DIR]

            Measures the inference engine with random weights and prints its figures, then all pipelines in their modes, a row each. About two
            minutes on two cores; close other programs.

              --device     what to run on; a GPU where there is one, and then also all pipelines at published sizes, 14B too
              --ort DIR    a folder with ONNX Runtime's libraries
              --true-size  longlive at its published size on the CPU too: half an hour on two cores, 14 GB of memory
              --folder DIR where weights are written: 1 GB, with --true-size 12 GB, on a GPU up to 60 GB; else in the temporary folder
            """;
}
