package dev.caravan.inference.wan.umt5;

import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.ort.Provider;
import java.nio.file.Path;

/** What measurements need of this package and the engine does not show. */
public final class TrueTextGraph {

    private TrueTextGraph() {}

    /** Builds the graph of UMT5-XXL in fp8 on a file of zeros that takes no room. */
    public static OnnxModel of(Path file) throws CheckpointException {
        return TextEncoder.model(Umt5Files.hole(file, Umt5Config.XXL), Umt5Config.XXL, Provider.CUDA);
    }
}
