package dev.caravan.inference.wan;

import dev.caravan.inference.ort.Device;
import java.util.Map;
import java.util.TreeMap;

/** The Wan VAE, or its smaller sibling, on a device. */
final class WanVae implements VideoAutoencoder {

    private final Owned owned = new Owned();
    private final WanVaeNetwork network;
    private final VaeOptions options;
    private final Device device;
    private final VaeStage encodeFirst;
    private final VaeStage encode;
    private final VaeStage decodeFirst;
    private final VaeStage decode;
    private final Map<Integer, VaeStage> tails = new TreeMap<>();

    WanVae(WanVaeNetwork network, VaeOptions options, Device device) {
        this.network = network;
        this.options = options;
        this.device = device;
        try {
            decodeFirst = load(network.decodeFirst());
            decode = load(network.decode());
            encodeFirst = load(network.encodeFirst());
            encode = load(network.encode());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private VaeStage load(VaeGraph graph) {
        return owned.keep(VaeStage.load(graph, device));
    }

    VaeStage encodeFirst() {
        return encodeFirst;
    }

    VaeStage encode() {
        return encode;
    }

    /** Loaded when a stream first wants it, which few do. */
    synchronized VaeStage encodeTail(int frames) {
        return tails.computeIfAbsent(frames, needed -> load(network.encodeTail(needed)));
    }

    VaeStage decodeFirst() {
        return decodeFirst;
    }

    VaeStage decode() {
        return decode;
    }

    @Override
    public VaeOptions options() {
        return options;
    }

    @Override
    public WanCodec open() {
        return new WanCodec(this, device);
    }

    @Override
    public synchronized void close() {
        owned.close();
    }
}
