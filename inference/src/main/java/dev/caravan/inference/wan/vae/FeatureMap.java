package dev.caravan.inference.wan.vae;

import dev.caravan.inference.onnx.Value;

/** What flows between the layers of an autoencoder, with its sizes. Batches are of one video; the order of axes is the network's. */
record FeatureMap(Value value, int channels, int frames, int height, int width) {

    /** The same sizes. */
    FeatureMap with(Value next) {
        return new FeatureMap(next, channels, frames, height, width);
    }

    /** Another number of channels. */
    FeatureMap with(Value next, int nextChannels) {
        return new FeatureMap(next, nextChannels, frames, height, width);
    }
}
