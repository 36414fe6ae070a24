package dev.caravan.inference.wan.vae;

import dev.caravan.inference.ort.Device;
import java.util.Map;
import java.util.TreeMap;

/** The Wan VAE, or its smaller sibling, on a device. */
final class WanVae extends LoadedAutoencoder {

    /** Of a chunk's frames, four per latent, the first makes a latent of its own at a beginning: so many make none. */
    private static final int TAIL_OF_A_CHUNK = VaeOptions.FRAMES - 1;

    private final WanVaeNetwork network;
    private final VaeStage encodeFirst;
    private final VaeStage encode;
    private final VaeStage decodeFirst;
    private final VaeStage decode;
    private final Map<Integer, VaeStage> tails = new TreeMap<>();

    WanVae(WanVaeNetwork network, VaeOptions options, Device device) {
        super(options, device);
        this.network = network;
        decodeFirst = load(network.decodeFirst());
        decode = load(network.decode());
        encodeFirst = load(network.encodeFirst());
        encode = load(network.encode());
        if (options.vace()) {
            tails.put(TAIL_OF_A_CHUNK, load(network.encodeTail(TAIL_OF_A_CHUNK)));
        }
    }

    VaeStage encodeFirst() {
        return encodeFirst;
    }

    VaeStage encode() {
        return encode;
    }

    /**
     * Loaded when a stream first wants it, but for what VACE needs.
     *
     * @throws dev.caravan.inference.ort.OrtException when it cannot be; the other steps go on
     */
    synchronized VaeStage encodeTail(int frames) {
        return tails.computeIfAbsent(frames, needed -> loadLater(network.encodeTail(needed)));
    }

    VaeStage decodeFirst() {
        return decodeFirst;
    }

    VaeStage decode() {
        return decode;
    }

    @Override
    public WanCodec open() {
        return new WanCodec(this, device());
    }
}
