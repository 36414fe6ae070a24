package dev.caravan.inference.nn;

import dev.caravan.inference.checkpoint.StoredTensor;

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
}
