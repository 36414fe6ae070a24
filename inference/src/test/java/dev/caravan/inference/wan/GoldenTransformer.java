package dev.caravan.inference.wan;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.ort.SessionSettings;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.text.PromptEmbedding;
import java.nio.file.Path;

/** The transformer of a recorded case. */
final class GoldenTransformer {

    private GoldenTransformer() {}

    /**
     * With caches of a kind, and with VACE where the case has some.
     *
     * @param folder for weights that are not recorded as such
     */
    static Transformer load(GoldenCase golden, KeyCache keys, Probe probe, Path folder) throws CheckpointException {
        TransformerOptions options = TransformerOptions.of(DType.F32).withKeys(keys);
        if (golden.manifest().has("vace_weights")) {
            options = options.withVace(GoldenVace.module(golden, folder));
        }
        return Transformer.load(Ort.cpu(), config(golden), size(golden), weights(golden.weights()), options, probe, SessionSettings.DEFAULT);
    }

    static TransformerConfig config(GoldenCase golden) throws CheckpointException {
        return TransformerConfig.parse(golden.manifest().path("config").toString());
    }

    static LatentSize size(GoldenCase golden) {
        return new LatentSize(golden.manifest().at("/latent_grid/0").asInt(), golden.manifest().at("/latent_grid/1").asInt());
    }

    static Weights weights(Checkpoint checkpoint) {
        return name -> checkpoint.find(name).orElseThrow(() -> new IllegalArgumentException("there is no " + name));
    }

    static PromptEmbedding prompt(GoldenCase golden, String tensor) throws CheckpointException {
        Shape shape = golden.stored(tensor).shape();
        return new PromptEmbedding((int) shape.dim(0), (int) shape.dim(1), golden.floats(tensor));
    }

    /** A recorded [16,F,h,w] as [F,16,h,w]. */
    static float[] frameMajor(GoldenCase golden, String tensor) throws CheckpointException {
        Shape shape = golden.stored(tensor).shape();
        int channels = (int) shape.dim(0);
        int frames = (int) shape.dim(1);
        int plane = (int) (shape.dim(2) * shape.dim(3));
        float[] from = golden.floats(tensor);
        float[] to = new float[from.length];
        for (int channel = 0; channel < channels; channel++) {
            for (int frame = 0; frame < frames; frame++) {
                System.arraycopy(from, (channel * frames + frame) * plane, to, (frame * channels + channel) * plane, plane);
            }
        }
        return to;
    }
}
