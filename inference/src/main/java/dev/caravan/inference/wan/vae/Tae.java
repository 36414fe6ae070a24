package dev.caravan.inference.wan.vae;

import dev.caravan.inference.ort.Device;

/** The TAE, for plain or normalised latents, on a device. */
final class Tae extends LoadedAutoencoder {

    private final VaeStage encode;
    private final VaeStage decode;

    Tae(TaeNetwork network, VaeOptions options, Device device) {
        super(options, device);
        decode = load(network.decode());
        encode = load(network.encode());
    }

    VaeStage encode() {
        return encode;
    }

    VaeStage decode() {
        return decode;
    }

    @Override
    public TaeCodec open() {
        return new TaeCodec(this, device());
    }
}
