package dev.caravan.inference.wan;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Names and shapes of the weights of the TAE (spec vae.md §4). */
final class TaeWeights {

    /** Channels everywhere in the encoder and at the end of the decoder. */
    static final int NARROW = 64;

    private static final int MIDDLE = 128;
    private static final int WIDE = 256;
    private static final int RGB = 3;
    /** Convolutions that make several frames of one; older checkpoints have rows for more frames than are used. */
    private static final List<String> GROW = List.of("decoder.7.conv.weight", "decoder.13.conv.weight", "decoder.19.conv.weight");

    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    private TaeWeights() {}

    static Map<String, Shape> required() {
        TaeWeights weights = new TaeWeights();
        weights.encoder();
        weights.decoder();
        return weights.shapes;
    }

    /** The same checkpoint with only the last rows of those weights that have too many. Their bytes stay where they are. */
    static Checkpoint trimmed(Checkpoint checkpoint) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>(checkpoint.tensors());
        for (String name : GROW) {
            Shape needed = required().get(name);
            tensors.computeIfPresent(name, (same, stored) -> lastRows(stored, needed));
        }
        return new Checkpoint(checkpoint.path(), tensors, checkpoint.unreadable());
    }

    private static StoredTensor lastRows(StoredTensor stored, Shape needed) {
        long[] shape = stored.shape().dims();
        if (!stored.contiguous() || shape.length == 0 || shape[0] <= needed.dim(0)) {
            return stored;
        }
        shape[0] = needed.dim(0);
        if (!Shape.of(shape).equals(needed)) {
            return stored;
        }
        long unused = stored.bytes() - needed.bytes(stored.dtype());
        return StoredTensor.contiguous(stored.name(), stored.dtype(), needed, stored.file(), stored.offset() + unused);
    }

    private void encoder() {
        withBias("encoder.0", RGB, NARROW);
        pool("encoder.2", 2);
        withoutBias("encoder.3", NARROW, NARROW, 3);
        memories("encoder", 4, NARROW);
        pool("encoder.7", 2);
        withoutBias("encoder.8", NARROW, NARROW, 3);
        memories("encoder", 9, NARROW);
        pool("encoder.12", 1);
        withoutBias("encoder.13", NARROW, NARROW, 3);
        memories("encoder", 14, NARROW);
        withBias("encoder.17", NARROW, VaeOptions.CHANNELS);
    }

    private void decoder() {
        withBias("decoder.1", VaeOptions.CHANNELS, WIDE);
        memories("decoder", 3, WIDE);
        withoutBias("decoder.7.conv", WIDE, WIDE, 1);
        withoutBias("decoder.8", WIDE, MIDDLE, 3);
        memories("decoder", 9, MIDDLE);
        withoutBias("decoder.13.conv", MIDDLE, 2 * MIDDLE, 1);
        withoutBias("decoder.14", MIDDLE, NARROW, 3);
        memories("decoder", 15, NARROW);
        withoutBias("decoder.19.conv", NARROW, 2 * NARROW, 1);
        withoutBias("decoder.20", NARROW, NARROW, 3);
        withBias("decoder.22", NARROW, RGB);
    }

    private void memories(String side, int first, int channels) {
        for (int i = first; i < first + TaeNetwork.MEMORIES; i++) {
            String path = side + "." + i + ".conv.";
            withBias(path + "0", 2 * channels, channels);
            withBias(path + "2", channels, channels);
            withBias(path + "4", channels, channels);
        }
    }

    private void pool(String path, int frames) {
        withoutBias(path + ".conv", frames * NARROW, NARROW, 1);
    }

    private void withBias(String path, int in, int out) {
        withoutBias(path, in, out, 3);
        shapes.put(path + ".bias", Shape.of(out));
    }

    private void withoutBias(String path, int in, int out, int kernel) {
        shapes.put(path + ".weight", Shape.of(out, in, kernel, kernel));
    }
}
