package dev.caravan.inference.wan.umt5;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.tensor.Shape;

/**
 * Sizes of a UMT5 encoder (spec text-encoder.md §2).
 *
 * @param vocab       tokens it knows
 * @param dim         width of the residual stream and of the result
 * @param dimAttn     width of queries, keys and values of all heads together
 * @param dimFfn      width inside of the feed-forward layers
 * @param heads       of attention
 * @param layers      blocks
 * @param buckets     of relative positions, both directions together
 * @param maxDistance in tokens, from which on all positions share a bucket
 */
public record Umt5Config(int vocab, int dim, int dimAttn, int dimFfn, int heads, int layers, int buckets, int maxDistance) {

    /** UMT5-XXL. */
    public static final Umt5Config XXL = new Umt5Config(256_384, 4096, 4096, 10_240, 64, 24, 32, 128);

    private static final int DEFAULT_MAX_DISTANCE = 128;

    /**
     * Read off the shapes of a checkpoint. The one size that leaves no trace in them, {@link #maxDistance}, is 128 in every UMT5.
     *
     * @throws CheckpointException when it holds no such network
     */
    public static Umt5Config of(Checkpoint checkpoint) throws CheckpointException {
        Shape tokens = shape(checkpoint, "token_embedding.weight");
        Shape query = shape(checkpoint, "blocks.0.attn.q.weight");
        Shape inner = shape(checkpoint, "blocks.0.ffn.fc1.weight");
        Shape positions = shape(checkpoint, "blocks.0.pos_embedding.embedding.weight");
        int layers = 1;
        while (checkpoint.find("blocks." + layers + ".attn.q.weight").isPresent()) {
            layers++;
        }
        Umt5Config config = new Umt5Config(size(tokens, 0), size(tokens, 1), size(query, 0), size(inner, 0), size(positions, 1), layers,
                size(positions, 0), DEFAULT_MAX_DISTANCE);
        if (config.vocab < 1 || config.dim < 1 || config.dimFfn < 1 || config.heads < 1 || config.dimAttn < 1 || config.dimAttn % config.heads != 0 || config.buckets < 4 || config.buckets % 4 != 0) {
            throw new CheckpointException(checkpoint.fileName() + " is no UMT5 encoder: " + config.heads + " heads of "
                    + config.dimAttn + " numbers together, " + config.buckets + " position buckets");
        }
        return config;
    }

    /** The same with another {@link #maxDistance}. */
    public Umt5Config withMaxDistance(int tokens) {
        return new Umt5Config(vocab, dim, dimAttn, dimFfn, heads, layers, buckets, tokens);
    }

    private static Shape shape(Checkpoint checkpoint, String name) throws CheckpointException {
        StoredTensor tensor = checkpoint.find(name).orElseThrow(
                () -> new CheckpointException(checkpoint.fileName() + " is no UMT5 encoder: it has no " + name));
        if (tensor.shape().rank() != 2) {
            throw new CheckpointException(
                    checkpoint.fileName() + " is no UMT5 encoder: " + name + " is " + tensor.shape() + " and not a matrix");
        }
        return tensor.shape();
    }

    private static int size(Shape shape, int axis) {
        return Math.toIntExact(Math.min(shape.dim(axis), Integer.MAX_VALUE));
    }
}
