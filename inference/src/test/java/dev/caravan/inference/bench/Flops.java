package dev.caravan.inference.bench;

import dev.caravan.inference.pipeline.causal.ChunkTimes.Pass;
import dev.caravan.inference.pipeline.causal.ChunkTimes.Work;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.TransformerConfig;
import java.util.List;

/**
 * Floating-point operations of a pipeline's chunks, two per multiplication with addition (spec models/overview.md §6).
 *
 * @param config   of the transformer
 * @param size     of a latent frame
 * @param vae      of pictures of that size
 * @param hints    blocks that make hints when a chunk is guided; 0 without
 * @param adapters numbers of the matrices that are added to what a token goes through, 0 without
 */
public record Flops(TransformerConfig config, LatentSize size, VaeFlops vae, int hints, long adapters) {

    /** Of a chunk. What is made once per prompt is not in it. */
    public double chunk(Work work) {
        double flops = passes(work.steps()) + passes(work.others());
        if (work.guided()) {
            for (Pass step : work.steps()) {
                flops += hints(config, hints, (long) step.frames() * size.tokens());
            }
        }
        return flops + work.decoded() * vae.decode() + work.encoded() * vae.encode() + work.singles() * vae.encodeSingle();
    }

    private double passes(List<Pass> passes) {
        double flops = 0;
        for (Pass pass : passes) {
            long queries = (long) pass.frames() * size.tokens();
            flops += pass(config, queries, (long) pass.seen() * size.tokens()) + 2.0 * queries * adapters;
        }
        return flops;
    }

    /** One pass of the transformer over so many queries that see so many keys. */
    public static double pass(TransformerConfig config, long queries, long keys) {
        return config.layers() * (linear(config, queries) + 4.0 * queries * keys * config.dim() + crossAttention(config, queries));
    }

    /** The hints of one step, by so many blocks; {@link #hintsOfPrompt} is besides, which the spec's formula counts in every step. */
    public static double hints(TransformerConfig config, int blocks, long queries) {
        double dim = config.dim();
        return blocks * (linear(config, queries) + 4.0 * queries * queries * dim + crossAttention(config, queries) + 2.0 * queries * dim * dim);
    }

    /** The keys and values of a prompt that the blocks of hints see. */
    public static double hintsOfPrompt(TransformerConfig config, int blocks) {
        return blocks * 4.0 * config.textLen() * config.dim() * config.dim();
    }

    private static double linear(TransformerConfig config, long queries) {
        double dim = config.dim();
        return 2.0 * queries * (6 * dim * dim + 2 * dim * config.ffnDim());
    }

    private static double crossAttention(TransformerConfig config, long queries) {
        return 4.0 * queries * config.textLen() * config.dim();
    }

    /** Operations a second, in 10^9, of work that took so many milliseconds. */
    public static double giga(double flops, double millis) {
        return flops / millis / 1e6;
    }
}
