package dev.caravan.inference.bench.gpu;

import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.umt5.Umt5Config;

/**
 * How large the checked networks are.
 *
 * @param block       transformer of one block
 * @param text        encoder of few blocks
 * @param tokens      of the prompt
 * @param height      of pictures, pixels
 * @param width       of pictures, pixels
 * @param vaeChannels of the timed autoencoder; none for the published ones
 * @param cacheMega   megabytes of the cache that is updated in place
 * @param repeats     of what is timed
 * @param whole       whether the whole 1.3B model is made and run
 */
record Sizes(TransformerConfig block, Umt5Config text, int tokens, int height, int width, int[] vaeChannels, int cacheMega, int repeats,
        boolean whole) {

    static final Sizes TRUE = new Sizes(
            new TransformerConfig(1536, 8960, 12, 1, 256, 4096, 512, 1e-6f),
            // All of UMT5-XXL but for its depth and most of its words.
            new Umt5Config(1000, 4096, 4096, 10_240, 64, 2, 32, 128), 77, 320, 576, new int[0], 1024, 20, true);

    static final Sizes TINY = new Sizes(
            new TransformerConfig(128, 256, 2, 1, 64, 64, 16, 1e-6f), new Umt5Config(300, 64, 64, 160, 4, 2, 32, 128), 12, 32, 48,
            new int[] {4, 4, 8, 16, 16}, 1, 2, false);
}
