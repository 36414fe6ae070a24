package dev.caravan.inference.bench;

import dev.caravan.inference.wan.TransformerConfig;

/** Floating-point operations, two per multiplication with addition (spec models/overview.md §6). */
public final class Flops {

    /** Decoding three latents of 40 x 72 by the published Wan VAE. */
    public static final double DECODE_320X576 = 18.7e12;

    private Flops() {}

    /** One pass of the transformer over so many queries that see so many keys. */
    public static double pass(TransformerConfig config, long queries, long keys) {
        double dim = config.dim();
        double linear = 2.0 * queries * (6 * dim * dim + 2 * dim * config.ffnDim());
        double attention = 4.0 * queries * keys * dim;
        double crossAttention = 4.0 * queries * config.textLen() * dim;
        return config.layers() * (linear + attention + crossAttention);
    }

    /** Operations a second, in 10^9, of work that took so many milliseconds. */
    public static double giga(double flops, double millis) {
        return flops / millis / 1e6;
    }
}
