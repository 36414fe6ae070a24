package dev.caravan.inference.wan;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.SessionSettings;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What measurements need of this package and the engine does not show: graphs alone, weights to be made, recorded steps. */
public final class TrueGraphs {

    /** Channels of the published Wan VAE. */
    private static final int[] VAE = {96, 96, 192, 384, 384};

    private TrueGraphs() {}

    /** The weights of a Wan VAE; {@code channels} behind the first convolution and at each of four levels, or none for the published ones. */
    public static Map<String, Shape> vaeWeights(int... channels) {
        return WanVaeWeights.required(channels.length == 0 ? VAE : channels);
    }

    /** Writes a file of zeros that takes no room, reads its directory and builds both graphs on it. */
    public static List<OnnxModel> transformer(Path file, TransformerConfig config, LatentSize size) throws CheckpointException {
        Weights weights = CheckpointFile.sparse(file, DType.BF16, TransformerWeights.required(config))::get;
        return List.of(TransformerGraph.text(weights, config, TransformerOptions.of(DType.BF16), Provider.CUDA, Probe.NONE),
                TransformerGraph.step(weights, config, size, TransformerOptions.of(DType.BF16), Provider.CUDA, Probe.NONE));
    }

    /** As {@link #transformer} for the four graphs that every stream of the published VAE may need. */
    public static List<OnnxModel> vae(Path file, int height, int width) throws CheckpointException {
        Checkpoint checkpoint = CheckpointFile.sparse(file, DType.F32, vaeWeights());
        WanVaeNetwork network =
                new WanVaeNetwork(checkpoint::get, new VaeOptions(VaeType.WAN, height, width, DType.BF16), Provider.CUDA);
        return List.of(network.encodeFirst().model(), network.encode().model(), network.decodeFirst().model(), network.decode().model());
    }

    /** As {@link #transformer} for UMT5-XXL in fp8. */
    public static List<OnnxModel> textEncoder(Path file) throws CheckpointException {
        return List.of(TextEncoder.model(Umt5Files.hole(file, Umt5Config.XXL), Umt5Config.XXL, Provider.CUDA));
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
