package dev.caravan.inference.wan.vae;

import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Provider;

/**
 * The Wan VAE and its smaller sibling as graphs (spec vae.md §2, §5).
 *
 * <pre>
 * encode: pixels -> conv1 -> 2 residual -> /2 -> 2 -> /2, T/2 -> 2 -> /2, T/2 -> 2 -> middle -> head -> conv1 -> latent
 * decode: latent -> conv2 -> conv1 -> middle -> 3 residual -> 2T, x2 -> 3 -> 2T, x2 -> 3 -> x2 -> 3 -> head -> pictures
 * middle: residual -> attention -> residual
 * </pre>
 */
final class WanVaeNetwork {

    private final Weights weights;
    private final VaeOptions options;
    private final Provider provider;

    /** @param weights all that {@link WanVaeWeights} says */
    WanVaeNetwork(Weights weights, VaeOptions options, Provider provider) {
        this.weights = weights;
        this.options = options;
        this.provider = provider;
    }

    /** One frame, the first of a stream, gives one latent. */
    VaeGraph encodeFirst() {
        return encode("enc_first", 1, true);
    }

    /** Four frames give one latent. */
    VaeGraph encode() {
        return encode("enc", VaeOptions.FRAMES, false);
    }

    /** One to three frames that do not make a latent: they only leave their trace in the states. */
    VaeGraph encodeTail(int frames) {
        return encode("enc_tail" + frames, frames, false);
    }

    /** One latent, the first of a stream, gives one frame. */
    VaeGraph decodeFirst() {
        return decode("dec_first", true);
    }

    /** One latent gives four frames. */
    VaeGraph decode() {
        return decode("dec", false);
    }

    private VaeGraph encode(String name, int frames, boolean first) {
        VaeStep step = new VaeStep(name, weights, options, provider);
        WanVaeLayers layers = new WanVaeLayers(step);
        FeatureMap x = layers.causal("encoder.conv1", step.pixels(frames));
        int index = 0;
        for (int level = 0; level < WanVaeWeights.LEVELS; level++) {
            for (int i = 0; i < WanVaeWeights.ENCODER_RESIDUALS; i++) {
                x = layers.residual(downsample(index++), x);
            }
            if (level < WanVaeWeights.LEVELS - 1) {
                x = layers.halveSpace(downsample(index), x);
                if (level > 0) {
                    x = first ? layers.beginTime(downsample(index), x) : layers.halveTime(downsample(index), x);
                    if (x.frames() == 0) {
                        return step.build(frames);
                    }
                }
                index++;
            }
        }
        x = head("encoder", layers, middle("encoder", layers, x));
        x = layers.pointwise("conv1", x);
        // The other half is the logarithm of the variance, which nobody samples with.
        Value mean = step.net().slice("mu", x.value(), 1, 0, VaeOptions.CHANNELS);
        Value latent = step.net().reshape("mu", mean, options.latentShape(1).dims());
        step.giveLatent(options.normalisedEncode() ? LatentStatistics.normaliseByInverse(step.net(), "normalised", latent) : latent);
        return step.build(frames);
    }

    private VaeGraph decode(String name, boolean first) {
        VaeStep step = new VaeStep(name, weights, options, provider);
        WanVaeLayers layers = new WanVaeLayers(step);
        FeatureMap latent = step.latent();
        Value z = LatentStatistics.denormaliseByInverse(step.net(), "denormalised", latent.value());
        FeatureMap x = latent.with(step.net().reshape("denormalised", z, 1, latent.channels(), 1, latent.height(), latent.width()));
        x = layers.causal("decoder.conv1", layers.pointwise("conv2", x));
        x = middle("decoder", layers, x);
        int index = 0;
        for (int level = 0; level < WanVaeWeights.LEVELS; level++) {
            for (int i = 0; i < WanVaeWeights.DECODER_RESIDUALS; i++) {
                x = layers.residual(upsample(index++), x);
            }
            if (level < WanVaeWeights.LEVELS - 1) {
                if (level < WanVaeWeights.LEVELS - 2 && !first) {
                    x = layers.doubleTime(upsample(index), x);
                }
                x = layers.doubleSpace(upsample(index++), x);
            }
        }
        x = head("decoder", layers, x);
        step.givePictures(step.net().reshape("decoded", x.value(), 3, x.frames(), x.height(), x.width()), x.frames());
        return step.build(x.frames());
    }

    private static FeatureMap middle(String side, WanVaeLayers layers, FeatureMap x) {
        FeatureMap before = layers.residual(side + ".middle.0", x);
        return layers.residual(side + ".middle.2", layers.attention(side + ".middle.1", before));
    }

    private static FeatureMap head(String side, WanVaeLayers layers, FeatureMap x) {
        return layers.causal(side + ".head.2", layers.normSilu(side + ".head.0", x));
    }

    private static String downsample(int index) {
        return "encoder.downsamples." + index;
    }

    private static String upsample(int index) {
        return "decoder.upsamples." + index;
    }
}
