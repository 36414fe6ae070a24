package dev.caravan.inference.bench;

import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtException;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineRegistry;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.builtin.BuiltInPipelines;
import dev.caravan.inference.pipeline.causal.LoadMeter;
import dev.caravan.inference.pipeline.causal.TimedStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Loads pipelines as a hub does and measures their chunks. */
public final class PipelineBench {

    private final Device device;
    private final BenchModels models;
    private final PipelineRegistry pipelines;

    public PipelineBench(Device device, BenchModels models) {
        this.device = device;
        this.models = models;
        pipelines = BuiltInPipelines.registry(PipelineSchema::load, (id, folder) -> List.of(), InstantSource.system(), () -> device, Map.of());
    }

    /**
     * Measures one, in its own size.
     *
     * @param gigaflopsPeak of the product of two matrices
     */
    public void row(PipelineTable table, PipelineCase how, int chunks, double gigaflopsPeak) throws Exception {
        try {
            measure(how, models.height(how), models.width(how), chunks, () -> 0,
                    (figures, flops, memory) -> table.row(how, figures, flops, gigaflopsPeak, memory));
        } catch (IOException | PipelineException | OrtException e) {
            // Others are measured all the same.
            table.none(how, String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    /** All of them. */
    public void rows(PipelineTable table, List<PipelineCase> cases, int chunks, double gigaflopsPeak, Consumer<String> say) throws Exception {
        for (PipelineCase how : cases) {
            say.accept(how.name());
            row(table, how, chunks, gigaflopsPeak);
        }
    }

    /** Takes what was measured. */
    @FunctionalInterface
    public interface Result {

        void measured(ChunkFigures figures, double flops, PipelineTable.Memory memory);
    }

    /**
     * What a pipeline and its stream had while they were open, bytes.
     *
     * @param memory   of the process, all together
     * @param tensors  of the stream
     * @param reckoned those before it was loaded
     */
    record Taken(long memory, long tensors, long reckoned) {}

    /** Loads one in any size, makes a chunk, and unloads it. */
    Taken once(PipelineCase how, int height, int width) throws Exception {
        LoadMeter meter = new LoadMeter(device);
        try (LoadedPipeline loaded = pipelines.find(how.pipeline()).orElseThrow()
                .load(new LoadRequest(how.load(height, width), models.folder(how)), Progress.NONE)) {
            long before = device.memory().tensors();
            try (TimedStream stream = new TimedStream(loaded)) {
                stream.chunk(how.parameters("a prompt"), ChunkFigures.video(stream, how));
                return new Taken(meter.total(), device.memory().tensors() - before, stream.reckonedStream());
            }
        }
    }

    /** Measures one, in any size. */
    public void measure(PipelineCase how, int height, int width, int chunks, LongSupplier allocated, Result result) throws Exception {
        Path folder = models.folder(how);
        LoadMeter meter = new LoadMeter(device);
        Pipeline pipeline = pipelines.find(how.pipeline()).orElseThrow();
        try (LoadedPipeline loaded = pipeline.load(new LoadRequest(how.load(height, width), folder), meter)) {
            meter.loaded();
            long before = device.memory().tensors();
            try (TimedStream stream = new TimedStream(loaded)) {
                ChunkFigures figures = ChunkFigures.of(device, stream, how, chunks, allocated);
                boolean adapted = how.load().containsKey("loras");
                int hints = how.source() == PipelineCase.Source.GUIDED ? BenchModels.hints(folder, how, stream.config()) : 0;
                Flops flops = new Flops(stream.config(), stream.size(), VaeFlops.of(BenchModels.vae(folder), height, width), hints,
                        adapted ? BenchModels.adapterNumbers(folder) : 0);
                long tensors = device.memory().tensors() - before;
                result.measured(figures, flops.chunk(figures.work()), new PipelineTable.Memory(
                        stream.reckonedModel(), meter.partsWithout(tensors), stream.reckonedStream(), tensors));
            }
        }
    }
}
