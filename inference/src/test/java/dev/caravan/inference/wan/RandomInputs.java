package dev.caravan.inference.wan;

import dev.caravan.inference.text.PromptEmbedding;
import java.util.Random;

/** What a transformer is given where it does not matter what: the same for the same seed. */
final class RandomInputs {

    private RandomInputs() {}

    static PromptEmbedding prompt(TransformerConfig config, long seed) {
        return new PromptEmbedding(config.textLen(), config.textDim(), normal(seed, config.textLen() * config.textDim()));
    }

    /** [F,16,h,w]. */
    static float[] latents(LatentSize size, long seed, int frames) {
        return normal(seed, Math.toIntExact(size.latents(frames).elements()));
    }

    /** Numbers of a standard normal. */
    static float[] normal(long seed, int count) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
