package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KeyView;
import java.util.Arrays;

/**
 * The keys that a pass of {@link BiasedKeyCache} sees, counted in tokens (spec causal-wan.md §4.5).
 *
 * @param seen keys of frames
 * @param rows those and the phantom keys behind them, all zeros, which the reference pads its biased attention with and does not mask
 * @param from first key whose score the bias is added to
 * @param to   the last one, exclusive
 * @param bias what is added: 0 when nothing is lowered
 */
record BiasedKeys(int seen, int rows, int from, int to, float bias) {

    /** Queries and keys of a biased attention are a multiple of this in the reference. */
    private static final int BLOCK = 128;

    /** @param weight of past frames, at most 1, which lowers nothing */
    static BiasedKeys of(CachePass pass, int tokensPerFrame, double weight) {
        if (!(pass.view() instanceof KeyView.Biased view)) {
            throw new IllegalArgumentException("a pass that sees " + pass.view() + " does not go with biased keys");
        }
        int queries = pass.queryPositions().size() * tokensPerFrame;
        int seen = pass.attendedSlots() * tokensPerFrame;
        if (!view.biased() || weight == 1) {
            return new BiasedKeys(seen, seen, 0, 0, 0);
        }
        return new BiasedKeys(seen, padded(Math.max(queries, seen)), view.from() * tokensPerFrame, view.to() * tokensPerFrame,
                (float) Math.log(weight));
    }

    /** The next multiple of a block. */
    static int padded(int tokens) {
        return Math.ceilDiv(tokens, BLOCK) * BLOCK;
    }

    /** What is added to the scores of each of the {@link #rows}. */
    float[] added() {
        float[] added = new float[rows];
        Arrays.fill(added, from, to, bias);
        return added;
    }
}
