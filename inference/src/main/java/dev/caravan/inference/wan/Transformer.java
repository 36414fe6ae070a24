package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtException;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Owned;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.SessionSettings;
import dev.caravan.inference.tensor.DType;
import java.util.Optional;

/**
 * A causal Wan transformer loaded on a device for one picture size: the network that says which way noise flows into video. Its weights
 * are shared by all streams; thread-safe. Closed after all states it opened.
 */
public final class Transformer implements AutoCloseable {

    private final Device device;
    private final TransformerConfig config;
    private final LatentSize size;
    private final TransformerOptions options;
    private final Owned sessions = new Owned();
    private final OrtSession text;
    private final OrtSession step;
    /** For caches that have moving averages. */
    private final Optional<OrtSession> average;
    /** For caches with a memory bank. */
    private final Optional<BankCompression> compression;
    private final Optional<VaceNetwork> vace;

    private Transformer(
            Device device,
            TransformerConfig config,
            LatentSize size,
            Weights weights,
            TransformerOptions options,
            Probe probe,
            SessionSettings settings) {
        this.device = device;
        this.config = config;
        this.size = size;
        this.options = options;
        boolean fold = device.provider() == Provider.CPU;
        SessionSettings ofText = fold ? SessionSettings.DEFAULT : SessionSettings.DEFAULT.withoutFolding();
        SessionSettings ofStep = fold ? settings : settings.withoutFolding();
        try {
            text = sessions.keep(device.load(TransformerGraph.text(weights, config, options, device.provider(), probe), ofText));
            step = sessions.keep(device.load(TransformerGraph.step(weights, config, size, options, device.provider(), probe), ofStep));
            average = options.keys() == KeyCache.UNROTATED
                    ? Optional.of(sessions.keep(device.load(
                            AverageGraph.of(config, size, options.compute(), wideAverages() > 0, device.provider()))))
                    : Optional.empty();
            compression = switch (options.keys()) {
                case BANKED, BANKED_SPARSE -> Optional.of(sessions.keep(new BankCompression(device, options.compute())));
                case ROTATED, UNROTATED, BIASED -> Optional.empty();
            };
            vace = options.vace().map(module -> sessions.keep(
                    VaceNetwork.load(device, config, size, weights, module, options, probe, ofText, ofStep)));
        } catch (RuntimeException e) {
            sessions.close();
            throw e;
        }
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

    /**
     * On CUDA nothing is folded: weights are in the computed type already, but for quantized ones, which are to stay as small as they are.
     *
     * @param settings of the network that makes the steps
     */
    static Transformer load(
            Device device,
            TransformerConfig config,
            LatentSize size,
            Weights weights,
            TransformerOptions options,
            Probe probe,
            SessionSettings settings) {
        return new Transformer(device, config, size, weights, options, probe, settings);
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

    /** Whether its streams can be given a context. */
    public boolean hasVace() {
        return vace.isPresent();
    }

    /**
     * Bytes on the device of one stream's state: the keys and values of past frames and of the prompt, by far the most, and the tensors
     * of a step.
     *
     * @param capacityFrames slots of its caches, latent frames
     */
    public static long streamBytes(TransformerConfig config, LatentSize size, TransformerOptions options, int capacityFrames) {
        int tokens = Math.multiplyExact(capacityFrames, size.tokens());
        // Biased keys have rows of zeros behind them.
        long rows = options.keys() == KeyCache.BIASED ? BiasedKeys.padded(tokens) : tokens;
        long perLayer = 2L * config.dim() * (rows + config.textLen());
        long wide = 2L * config.dim() * wideAverages(options) * size.tokens();
        long prompt = (long) config.textLen() * config.textDim();
        // Latents, noise, flow, x0 and the next step's latents; positions of queries and keys.
        long step = 5 * size.latents(capacityFrames).bytes(DType.F32)
                + 4L * capacityFrames * size.tokens() * config.headDim() / 2 * DType.F32.bytes();
        return (config.layers() * perLayer + prompt) * options.compute().bytes() + config.layers() * wide * DType.F32.bytes() + step;
    }

    /**
     * Bytes that one step takes for what lies between its layers, as an estimate: a dozen tensors of the feed-forward part's width, and
     * where attention is biased a bias for each query and key, to which the CPU adds the scores of all heads.
     *
     * @param frames that a call sees at the most; its queries are of half of them
     */
    public static long workingBytes(TransformerConfig config, LatentSize size, TransformerOptions options, int frames) {
        long tokens = (long) frames * size.tokens();
        long perScore = options.compute() == DType.F32 ? 1L + config.heads() : 1;
        long scores = options.keys() == KeyCache.BIASED ? perScore * tokens * tokens / 2 : 0;
        return (12 * tokens * config.ffnDim() + scores) * options.compute().bytes();
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

    /** Its VACE blocks, when it was loaded with some. */
    Optional<VaceNetwork> vace() {
        return vace;
    }

    Optional<OrtSession> average() {
        return average;
    }

    /** Of those whose streams have a memory bank. */
    Optional<BankCompression> compression() {
        return compression;
    }

    /** How many slots have averages wider than the caches. */
    int wideAverages() {
        return wideAverages(options);
    }

    private static int wideAverages(TransformerOptions options) {
        return options.compute() == DType.F32 ? 0 : options.wideAverages();
    }

    @Override
    public void close() {
        sessions.close();
    }
}
