package dev.caravan.inference.wan;

import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.CheckpointFile;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.SessionSettings;
import dev.caravan.inference.tensor.DType;
import java.nio.file.Path;
import java.util.List;

/** What measurements need of this package and the engine does not show: graphs alone, weights to be made, recorded steps. */
public final class TrueGraphs {

    private TrueGraphs() {}

    /** Writes a file of zeros that takes no room, reads its directory and builds both graphs on it. */
    public static List<OnnxModel> transformer(Path file, TransformerConfig config, LatentSize size) throws CheckpointException {
        Weights weights = CheckpointFile.sparse(file, DType.BF16, TransformerWeights.required(config))::get;
        return List.of(TransformerGraph.text(weights, config, TransformerOptions.of(DType.BF16), Provider.CUDA, Probe.NONE),
                TransformerGraph.step(weights, config, size, TransformerOptions.of(DType.BF16), Provider.CUDA, Probe.NONE));
    }

    /** A transformer whose steps a GPU can record, or that computes fp32 exactly. */
    public static Transformer load(
            Device device, TransformerConfig config, LatentSize size, Weights weights, DType compute, SessionSettings settings) {
        return Transformer.load(device, config, size, weights, TransformerOptions.of(compute), Probe.NONE, settings);
    }

    /** Makes a stream record the next pass of these sizes and replay it from then on. */
    public static void record(TransformerState stream, CachePass pass) {
        stream.binding(pass).captured();
    }
}
