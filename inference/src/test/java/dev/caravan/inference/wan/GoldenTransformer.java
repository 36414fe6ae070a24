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

/** The transformer of a recorded case. */
final class GoldenTransformer {

    private GoldenTransformer() {}

    /** With the kind of caches that the case's manifest speaks of. */
    static Transformer load(GoldenCase golden, Probe probe) throws CheckpointException {
        return load(golden, golden.manifest().has("kv_cache_attention_bias") ? KeyCache.BIASED : KeyCache.ROTATED, probe);
    }

    static Transformer load(GoldenCase golden, KeyCache keys, Probe probe) throws CheckpointException {
        return Transformer.load(Ort.cpu(), config(golden), size(golden), weights(golden.weights()),
                TransformerOptions.of(DType.F32).withKeys(keys), probe, SessionSettings.DEFAULT);
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
