package dev.caravan.inference.wan.vae;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;

/**
 * How a video autoencoder is built.
 *
 * @param height          of pictures, pixels, a multiple of 8
 * @param width           of pictures, pixels, a multiple of 8
 * @param compute         element type of activations and states: F32 on the CPU, F16 or BF16 on CUDA
 * @param latents         element type of latents: F32, F16 or BF16
 * @param normalisedEncode whether encoded latents are normalised; only streamdiffusionv2 wants them as they are (spec vae.md §1)
 * @param vace            whether streams are guided through VACE: what only its encodes need is then loaded with the rest, where it would
 *                        be loaded in the middle of somebody's chunk
 */
public record VaeOptions(VaeType type, int height, int width, DType compute, DType latents, boolean normalisedEncode, boolean vace) {

    /** Pixels per latent along each side. */
    static final int SCALE = 8;
    /** Frames per latent, but for the first of a stream. */
    static final int FRAMES = 4;
    /** Channels of a latent. */
    static final int CHANNELS = 16;
    /** Inside a network. More is a shape that is wrong; sums and products of this many fit an int. */
    static final int MOST_CHANNELS = 1 << 16;

    public VaeOptions {
        multiple("height", height);
        multiple("width", width);
    }

    /** Latents of F32, as the transformer keeps them, normalised where the type of VAE normalises. */
    public VaeOptions(VaeType type, int height, int width, DType compute) {
        this(type, height, width, compute, DType.F32, true, false);
    }

    /** The same but for encoded latents, which stay as the network gives them. */
    public VaeOptions withRawEncode() {
        return new VaeOptions(type, height, width, compute, latents, false, vace);
    }

    /** The same with latents of another element type. */
    public VaeOptions withLatents(DType dtype) {
        return new VaeOptions(type, height, width, compute, dtype, normalisedEncode, vace);
    }

    /** The same for streams that are guided through VACE. */
    public VaeOptions withVace() {
        return new VaeOptions(type, height, width, compute, latents, normalisedEncode, true);
    }

    /** {@code [F,16,H/8,W/8]}. */
    public Shape latentShape(int latentFrames) {
        return Shape.of(latentFrames, CHANNELS, height / SCALE, width / SCALE);
    }

    private static void multiple(String side, int pixels) {
        if (pixels < SCALE || pixels % SCALE != 0) {
            int below = Math.max(SCALE, pixels / SCALE * SCALE);
            throw new IllegalArgumentException(side + " must be a multiple of " + SCALE + "; " + pixels + " given, use " + below + " or "
                    + (below + SCALE));
        }
    }
}
