package dev.caravan.inference.wan.vae;

import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.tensor.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One step of an autoencoder as a model: so many frames in or out. What later steps need of it is carried in state tensors, which it reads
 * as inputs {@code state.NAME} and gives as outputs {@code next.NAME}; a name is that of the layer in the checkpoint.
 *
 * <p>A state may be bound to both, to be updated in place: every node that writes one depends on all nodes that read it.
 *
 * @param frames of pixels
 * @param reads  shapes of the states it reads, by name
 * @param writes shapes of the states it writes, by name
 */
record VaeGraph(OnnxModel model, int frames, Map<String, Shape> reads, Map<String, Shape> writes) {

    /** Input of an encoder: {@code [1,3,T,H,W]} of F32 in [-1,1]. */
    static final String PIXELS = "pixels";
    /** Input of a decoder, output of an encoder that gives any: {@code [1,16,h,w]}. */
    static final String LATENT = "latent";
    /** Output of a decoder: {@code [3,T,H,W]}, not clamped. */
    static final String DECODED = "decoded";
    /** Output of a decoder: bytes {@code [T,H,W,3]}. */
    static final String RGB = "rgb";

    VaeGraph {
        reads = Collections.unmodifiableMap(new LinkedHashMap<>(reads));
        writes = Collections.unmodifiableMap(new LinkedHashMap<>(writes));
    }

    static String input(String state) {
        return "state." + state;
    }

    static String output(String state) {
        return "next." + state;
    }
}
