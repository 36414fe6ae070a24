package dev.caravan.inference.wan.vae;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Names and shapes of the weights of the TAE, which follow from four numbers of channels (spec vae.md §4). */
public final class TaeWeights {

    private static final int RGB = 3;
    /** Convolutions that tell the channels of the encoder, and of the decoder at each size. */
    private static final String[] TELLING = {"encoder.0", "decoder.1", "decoder.8", "decoder.14"};
    private static final int[] ORIGINAL = {64, 256, 128, 64};
    /** Convolutions that make several frames of one; older checkpoints have rows for more frames than are used. */
    private static final List<String> GROW = List.of("decoder.7.conv.weight", "decoder.13.conv.weight", "decoder.19.conv.weight");

    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    private TaeWeights() {}

    /** What a checkpoint must hold, its channels being as it says itself. */
    static Map<String, Shape> required(Checkpoint checkpoint) {
        int[] channels = new int[TELLING.length];
        for (int i = 0; i < channels.length; i++) {
            Optional<Shape> shape = checkpoint.find(TELLING[i] + ".weight").map(StoredTensor::shape).filter(s -> s.rank() == 4);
            channels[i] = shape.isPresent() ? (int) Math.clamp(shape.get().dim(0), 1, VaeOptions.MOST_CHANNELS) : ORIGINAL[i];
        }
        return required(channels[0], channels[1], channels[2], channels[3]);
    }

    /** Of the published files. */
    static Map<String, Shape> required() {
        return required(ORIGINAL[0], ORIGINAL[1], ORIGINAL[2], ORIGINAL[3]);
    }

    /**
     * Of a network with other channels.
     *
     * @param encoder everywhere in the encoder
     * @param wide    in the decoder at the size of latents
     * @param middle  at twice that size
     * @param narrow  at four times and eight times that size
     */
    public static Map<String, Shape> required(int encoder, int wide, int middle, int narrow) {
        TaeWeights weights = new TaeWeights();
        weights.encoder(encoder);
        weights.decoder(wide, middle, narrow);
        return weights.shapes;
    }

    /** The same checkpoint with only the last rows of those weights that have too many. Their bytes stay where they are. */
    static Checkpoint trimmed(Checkpoint checkpoint) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>(checkpoint.tensors());
        Map<String, Shape> required = required(checkpoint);
        for (String name : GROW) {
            Shape needed = required.get(name);
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

    private void encoder(int channels) {
        withBias("encoder.0", RGB, channels);
        int index = 2;
        for (int frames : new int[] {2, 2, 1}) {
            withoutBias("encoder." + index++ + ".conv", (long) frames * channels, channels, 1);
            withoutBias("encoder." + index++, channels, channels, 3);
            memories("encoder", index, channels);
            index += TaeNetwork.MEMORIES;
        }
        withBias("encoder." + index, channels, VaeOptions.CHANNELS);
    }

    private void decoder(int wide, int middle, int narrow) {
        withBias("decoder.1", VaeOptions.CHANNELS, wide);
        memories("decoder", 3, wide);
        withoutBias("decoder.7.conv", wide, wide, 1);
        withoutBias("decoder.8", wide, middle, 3);
        memories("decoder", 9, middle);
        withoutBias("decoder.13.conv", middle, 2L * middle, 1);
        withoutBias("decoder.14", middle, narrow, 3);
        memories("decoder", 15, narrow);
        withoutBias("decoder.19.conv", narrow, 2L * narrow, 1);
        withoutBias("decoder.20", narrow, narrow, 3);
        withBias("decoder.22", narrow, RGB);
    }

    private void memories(String side, int first, int channels) {
        for (int i = first; i < first + TaeNetwork.MEMORIES; i++) {
            String path = side + "." + i + ".conv.";
            withBias(path + "0", 2L * channels, channels);
            withBias(path + "2", channels, channels);
            withBias(path + "4", channels, channels);
        }
    }

    private void withBias(String path, long in, long out) {
        withoutBias(path, in, out, 3);
        shapes.put(path + ".bias", Shape.of(out));
    }

    private void withoutBias(String path, long in, long out, int kernel) {
        shapes.put(path + ".weight", Shape.of(out, in, kernel, kernel));
    }
}
