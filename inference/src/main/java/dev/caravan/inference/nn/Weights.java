package dev.caravan.inference.nn;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.Float8;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.tensor.DType;
import java.util.HashMap;
import java.util.Map;

/** Weights by the name the network knows them by, wherever they lie. */
@FunctionalInterface
public interface Weights {

    /** Of a network that has none. */
    Weights NONE = name -> {
        throw new IllegalArgumentException("this network has no stored weights; " + name + " asked for");
    };

    /**
     * Where the bytes of one are; contiguous.
     *
     * @throws IllegalArgumentException when there is none of that name: what a network needs is checked before it is built
     */
    StoredTensor get(String name);

    /** What a matrix of stored numbers is multiplied by to be the layer's: 1, unless it was quantized. */
    default float scale(String name) {
        return 1;
    }

    /**
     * Those of a checkpoint, quantized ones with their scales.
     *
     * @throws CheckpointException when a scale cannot be read
     */
    static Weights of(Checkpoint checkpoint) throws CheckpointException {
        Map<String, Float> scales = new HashMap<>();
        for (StoredTensor tensor : checkpoint.tensors().values()) {
            if (tensor.dtype() == DType.F8_E4M3 && checkpoint.find(tensor.name() + Float8.SCALE).isPresent()) {
                scales.put(tensor.name(), Checkpoint.floats(checkpoint.require(tensor.name() + Float8.SCALE))[0]);
            }
        }
        return new Weights() {
            @Override
            public StoredTensor get(String name) {
                return checkpoint.get(name);
            }

            @Override
            public float scale(String name) {
                return scales.getOrDefault(name, 1f);
            }
        };
    }
}
