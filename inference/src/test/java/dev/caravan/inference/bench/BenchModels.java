package dev.caravan.inference.bench;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.pipeline.causal.CausalFamily;
import dev.caravan.inference.pipeline.causal.KreaRealtimeVideo;
import dev.caravan.inference.pipeline.causal.LongLive;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.TransformerWeights;
import dev.caravan.inference.wan.VaceModule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Files of all pipelines with random weights, in the layout of a models folder. */
public interface BenchModels {

    /** Where the Wan VAE lies below a models folder. */
    String VAE = "Wan2.1-T2V-1.3B/Wan2.1_VAE.pth";

    /**
     * The models folder for a pipeline, its files written if they were not.
     *
     * @throws IOException in one line for a person, when the disk has no room for them
     */
    Path folder(PipelineCase pipeline) throws IOException, CheckpointException;

    /** Height of the pictures it is measured at, pixels. */
    int height(PipelineCase pipeline);

    /** As {@link #height}. */
    int width(PipelineCase pipeline);

    /** The family of the 14B model or that of one with 1.3B. */
    static CausalFamily family(boolean large) {
        return large ? new KreaRealtimeVideo() : new LongLive();
    }

    /** Shapes of the VAE in a models folder. */
    static Map<String, Shape> vae(Path folder) throws CheckpointException {
        return Checkpoint.open(folder.resolve(VAE)).tensors().values().stream()
                .collect(Collectors.toMap(StoredTensor::name, StoredTensor::shape));
    }

    /** Blocks of the VACE module in a models folder. */
    static int hints(Path folder, PipelineCase pipeline, TransformerConfig config) throws CheckpointException {
        return VaceModule.blocks(VaceModule.in(Checkpoint.open(folder.resolve(family(pipeline.large()).vaceModule())), config));
    }

    /** Writes {@link PipelineCase#ADAPTER}, which adapts all layers of all blocks. */
    static void writeAdapter(Path folder, TransformerConfig config, int rank, DType dtype) throws CheckpointException {
        Map<String, Shape> pairs = new LinkedHashMap<>();
        TransformerWeights.required(config).forEach((name, shape) -> {
            if (name.startsWith("blocks.") && name.endsWith(".weight") && shape.rank() == 2) {
                String layer = "diffusion_model." + name.substring(0, name.length() - ".weight".length());
                pairs.put(layer + ".lora_A.weight", Shape.of(rank, shape.dim(1)));
                pairs.put(layer + ".lora_B.weight", Shape.of(shape.dim(0), rank));
            }
        });
        RandomWeights.write(folder.resolve("lora").resolve(PipelineCase.ADAPTER), dtype, pairs);
    }

    /** Numbers of that adapter that a token of a picture goes through: not those for the keys and values of a prompt. */
    static long adapterNumbers(Path folder) throws CheckpointException {
        return Checkpoint.open(folder.resolve("lora").resolve(PipelineCase.ADAPTER)).tensors().values().stream()
                .filter(tensor -> !tensor.name().matches(".*\\.cross_attn\\.[kv]\\..*")).mapToLong(tensor -> tensor.shape().elements()).sum();
    }
}
