package dev.caravan.inference.wan;

import dev.caravan.inference.ort.Device;

/** The TAE, for plain or normalised latents, on a device. */
final class Tae implements VideoAutoencoder {

    private final VaeOptions options;
    private final Device device;
    private final VaeStage encode;
    private final VaeStage decode;

    Tae(TaeNetwork network, VaeOptions options, Device device) {
        this.options = options;
        this.device = device;
        this.decode = VaeStage.load(network.decode(), device);
        try {
            this.encode = VaeStage.load(network.encode(), device);
        } catch (RuntimeException e) {
            decode.close();
            throw e;
        }
    }

    VaeStage encode() {
        return encode;
    }

    VaeStage decode() {
        return decode;
    }

    @Override
    public VaeOptions options() {
        return options;
    }

    @Override
    public TaeCodec open() {
        return new TaeCodec(this, device);
    }

    @Override
    public void close() {
        encode.close();
        decode.close();
    }
}
