package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Net;
import dev.caravan.inference.onnx.Value;

/**
 * Is shown values inside a network while its graph is built, so that a test can make outputs of them and find the first stage that is
 * wrong: {@code patch}, {@code e}, {@code E}, {@code text}, {@code block0} and on, {@code k0} and on, {@code head}; of keys that
 * are turned in each pass {@code seen_k0} and on.
 */
@FunctionalInterface
interface Probe {

    Probe NONE = (net, name, value) -> {};

    void see(Net net, String name, Value value);
}
