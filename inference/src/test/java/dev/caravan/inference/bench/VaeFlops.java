package dev.caravan.inference.bench;

import dev.caravan.inference.tensor.Shape;
import java.util.Map;

/**
 * Floating-point operations of a Wan VAE for one latent frame: each weight is used once for every pixel of the map that its layer makes
 * (spec models/vae.md §2).
 *
 * @param decode       a latent that is not the first: four pictures
 * @param encode       four pictures
 * @param encodeSingle a picture by itself
 */
public record VaeFlops(double decode, double encode, double encodeSingle) {

    /** Frames of a latent at each of the encoder's levels, the largest maps first. */
    private static final int[] ENCODER_FRAMES = {4, 4, 2, 1};
    /** Frames of a latent at each of the decoder's levels, the smallest maps first. */
    private static final int[] DECODER_FRAMES = {1, 2, 4, 4};
    private static final int ENCODER_BLOCKS = 3;
    private static final int DECODER_BLOCKS = 4;

    /** @param weights of the network by name, for pictures of this size, pixels */
    public static VaeFlops of(Map<String, Shape> weights, int height, int width) {
        long pixels = (long) (height / 8) * (width / 8);
        return new VaeFlops(sum(weights, "decoder", "conv2", pixels, false), sum(weights, "encoder", "conv1", pixels, false),
                sum(weights, "encoder", "conv1", pixels, true));
    }

    private static double sum(Map<String, Shape> weights, String side, String ownPointwise, long pixels, boolean single) {
        double flops = 0;
        for (Map.Entry<String, Shape> weight : weights.entrySet()) {
            String[] path = weight.getKey().split("\\.");
            if (!weight.getKey().endsWith(".weight")) {
                continue;
            }
            if (path[0].equals(ownPointwise)) {
                flops += 2.0 * weight.getValue().elements() * pixels;
            } else if (path[0].equals(side)) {
                flops += 2.0 * weight.getValue().elements() * pixels * maps(path, single);
            }
        }
        long middle = weights.get(side + ".middle.1.proj.weight").dim(0);
        return flops + 4.0 * pixels * pixels * middle;
    }

    /** By how many times a layer's maps have more pixels, all frames together, than one of latents. */
    private static long maps(String[] path, boolean single) {
        boolean encoder = path[0].equals("encoder");
        return switch (path[1]) {
            case "middle" -> 1;
            case "conv1" -> encoder ? area(0) * (single ? 1 : ENCODER_FRAMES[0]) : 1;
            case "head" -> encoder ? 1 : area(0) * DECODER_FRAMES[3];
            default -> encoder ? encoder(Integer.parseInt(path[2]), path[3], single) : decoder(Integer.parseInt(path[2]), path[3]);
        };
    }

    private static long encoder(int index, String layer, boolean single) {
        int level = index / ENCODER_BLOCKS;
        int frames = single ? 1 : ENCODER_FRAMES[level];
        return switch (layer) {
            case "resample" -> area(level + 1) * frames;
            case "time_conv" -> single ? 0 : area(level + 1) * frames / 2;
            default -> area(level) * frames;
        };
    }

    private static long decoder(int index, String layer) {
        int level = index / DECODER_BLOCKS;
        int frames = DECODER_FRAMES[level];
        return switch (layer) {
            case "resample" -> area(2 - level) * DECODER_FRAMES[level + 1];
            case "time_conv" -> area(3 - level) * frames;
            default -> area(3 - level) * frames;
        };
    }

    /** Pixels per pixel of a latent, of maps that were halved so often. */
    private static long area(int halvings) {
        long side = 8L >> halvings;
        return side * side;
    }
}
