package dev.caravan.inference.nn;

import java.util.Map;

/**
 * Changes to linear layers of a network that are added while it runs, all with one strength, which may be another in every run.
 *
 * @param name     what people call it; no two of a network have one name
 * @param strength of a run that says nothing: 1 as it was trained, 0 not at all; may be negative
 * @param layers   by path of the layer, for example {@code blocks.0.self_attn.q}
 */
public record Adapter(String name, float strength, Map<String, LowRank> layers) {

    public Adapter {
        layers = Map.copyOf(layers);
    }

    /** The input {@code [1]} of a network that takes the strength of one of its adapters; a network that it changes nothing in has none. */
    public static String input(int number) {
        return "adapter_strength." + number;
    }
}
