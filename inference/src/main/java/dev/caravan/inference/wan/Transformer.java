package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtException;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.SessionSettings;
import dev.caravan.inference.tensor.DType;

/**
 * A causal Wan transformer loaded on a device for one picture size: the network that says which way noise flows into video. Its weights
 * are shared by all streams; thread-safe. Closed after all states it opened.
 */
public final class Transformer implements AutoCloseable {

    private final Device device;
    private final TransformerConfig config;
    private final LatentSize size;
    private final TransformerOptions options;
    private final OrtSession text;
    private final OrtSession step;

    private Transformer(
            Device device, TransformerConfig config, LatentSize size, TransformerOptions options, OrtSession text, OrtSession step) {
        this.device = device;
        this.config = config;
        this.size = size;
        this.options = options;
        this.text = text;
        this.step = step;
    }

    /**
     * Loads the network.
     *
     * @param weights all of {@link TransformerWeights#required}, checked by the caller
     * @throws OrtException when the device cannot run it or memory ran out
     */
    public static Transformer load(
            Device device, TransformerConfig config, LatentSize size, Weights weights, TransformerOptions options) {
        return load(device, config, size, weights, options, Probe.NONE, SessionSettings.DEFAULT.withGraphs());
    }

    /** @param settings of the network that makes the steps */
    static Transformer load(
            Device device,
            TransformerConfig config,
            LatentSize size,
            Weights weights,
            TransformerOptions options,
            Probe probe,
            SessionSettings settings) {
        OrtSession text = device.load(TransformerGraph.text(weights, config, options, device.provider(), probe));
        try {
            OrtSession step = device.load(TransformerGraph.step(weights, config, size, options, device.provider(), probe), settings);
            return new Transformer(device, config, size, options, text, step);
        } catch (RuntimeException e) {
            text.close();
            throw e;
        }
    }

    /**
     * A stream's private state.
     *
     * @param capacityFrames slots of its caches, latent frames; also the most frames of one call
     * @throws OrtException when memory ran out
     */
    public TransformerState open(int capacityFrames) {
        return new TransformerState(this, capacityFrames);
    }

    public TransformerConfig config() {
        return config;
    }

    public LatentSize size() {
        return size;
    }

    /** Bytes on the device of what a stream keeps from call to call, by far the most of its state. */
    public long cacheBytes(int capacityFrames) {
        long perLayer = 2L * config.dim() * ((long) capacityFrames * size.tokens() + config.textLen());
        return config.layers() * perLayer * options.compute().bytes();
    }

    Device device() {
        return device;
    }

    DType compute() {
        return options.compute();
    }

    TransformerOptions options() {
        return options;
    }

    OrtSession text() {
        return text;
    }

    OrtSession step() {
        return step;
    }

    @Override
    public void close() {
        step.close();
        text.close();
    }
}
