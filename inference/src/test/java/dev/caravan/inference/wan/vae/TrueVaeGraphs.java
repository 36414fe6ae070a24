package dev.caravan.inference.wan.vae;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.CheckpointFile;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What measurements need of this package and the engine does not show: graphs alone, weights to be made. */
public final class TrueVaeGraphs {

    /** Channels of the published Wan VAE. */
    private static final int[] CHANNELS = {96, 96, 192, 384, 384};

    private TrueVaeGraphs() {}

    /** The weights of a Wan VAE; {@code channels} behind the first convolution and at each of four levels, or none for the published ones. */
    public static Map<String, Shape> weights(int... channels) {
        return WanVaeWeights.required(channels.length == 0 ? CHANNELS : channels);
    }

    /** Builds the four graphs that every stream of the published VAE may need, on a file of zeros that takes no room. */
    public static List<OnnxModel> graphs(Path file, int height, int width) throws CheckpointException {
        Checkpoint checkpoint = CheckpointFile.sparse(file, DType.F32, weights());
        WanVaeNetwork network =
                new WanVaeNetwork(checkpoint::get, new VaeOptions(VaeType.WAN, height, width, DType.BF16), Provider.CUDA);
        return List.of(network.encodeFirst().model(), network.encode().model(), network.decodeFirst().model(), network.decode().model());
    }
}
