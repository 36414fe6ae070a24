package dev.caravan.inference.wan;

import dev.caravan.inference.ort.Device;

/** The TAE, for plain or normalised latents, on a device. */
final class Tae implements VideoAutoencoder {

    private final Owned owned = new Owned();
    private final VaeOptions options;
    private final Device device;
    private final VaeStage encode;
    private final VaeStage decode;

    Tae(TaeNetwork network, VaeOptions options, Device device) {
        this.options = options;
        this.device = device;
        try {
            decode = owned.keep(VaeStage.load(network.decode(), device));
            encode = owned.keep(VaeStage.load(network.encode(), device));
        } catch (RuntimeException e) {
            owned.close();
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
        owned.close();
    }
}
