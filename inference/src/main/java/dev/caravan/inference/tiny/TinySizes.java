package dev.caravan.inference.tiny;

import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.umt5.Umt5Config;
import dev.caravan.inference.wan.vae.TaeWeights;
import dev.caravan.inference.wan.vae.WanVaeWeights;
import java.util.Map;

/** How small the networks are: a chunk of 320x576 in about a second on two cores, and all files together a few megabytes. */
final class TinySizes {

    static final TransformerConfig TRANSFORMER = new TransformerConfig(32, 96, 2, 3, 64, 32, 512, 1e-6f);
    /** In the place of the 14B model; of other sizes, so that files taken for each other would be noticed. */
    static final TransformerConfig LARGE_TRANSFORMER = new TransformerConfig(48, 112, 2, 6, 64, 32, 512, 1e-6f);
    /** One on every other layer of the transformer, as in the published module. */
    static final int VACE_BLOCKS = (TRANSFORMER.layers() + 1) / 2;
    /** One on every fifth layer, as in the module for the 14B model. */
    static final int LARGE_VACE_BLOCKS = Math.ceilDiv(LARGE_TRANSFORMER.layers(), 5);
    /** Rows and columns of an adapter's two matrices that meet. */
    static final int LORA_RANK = 4;

    static final Umt5Config TEXT_ENCODER =
            new Umt5Config(Math.ceilDiv(TinyTokenizer.size(), 16) * 16, TRANSFORMER.textDim(), 32, 64, 2, 2, 32, 128);

    private TinySizes() {}

    static Map<String, Shape> wanVae() {
        return WanVaeWeights.required(4, 4, 8, 16, 16);
    }

    /** Half of the channels; a quarter of so few would be none. */
    static Map<String, Shape> lightVae() {
        return WanVaeWeights.required(2, 2, 4, 8, 8);
    }

    static Map<String, Shape> tae() {
        return TaeWeights.required(8, 24, 16, 8);
    }
}
