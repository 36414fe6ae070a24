package dev.caravan.inference.bench.gpu;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.text.PromptEmbedding;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.Transformer;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.TransformerOptions;
import dev.caravan.inference.wan.TransformerState;
import java.util.Random;

/**
 * A stream through a small transformer whose caches a policy keeps. Latents are the same on every device, and noise around a colour of its
 * own in each frame: otherwise all frames would be alike to the attention, and which it sees would make no difference.
 */
final class PolicyStream implements AutoCloseable {

    /** Latent frames of a chunk. */
    static final int CHUNK = 3;
    private static final float SIGMA = 0.9f;
    private static final float COLOUR = 2;
    private static final int REPEATS = 3;

    private final Device device;
    private final LatentSize size;
    private final KvCachePolicy policy;
    private final Transformer transformer;
    private final TransformerState state;

    PolicyStream(Device device, TransformerConfig config, LatentSize size, Weights weights, TransformerOptions options, KvCachePolicy policy) {
        this.device = device;
        this.size = size;
        this.policy = policy;
        transformer = Transformer.load(device, config, size, weights, options.withKeys(policy.keys()));
        state = transformer.open(policy.capacityFrames());
        state.setPrompt(new PromptEmbedding(config.textLen(), config.textDim(), normals(config.textLen() * config.textDim(), 2)));
    }

    TransformerState state() {
        return state;
    }

    CachePass pass(int start) {
        return policy.pass(start, CHUNK);
    }

    /** A chunk as streams make them, in one step. */
    void chunk(int start) {
        CachePass pass = pass(start);
        state.begin(pass);
        try (Tensor latents = latents(start)) {
            state.denoise(pass, latents, 1000, SIGMA);
            state.store(pass, latents);
        }
    }

    /** The frames before {@code end} are run again. */
    void recache(int end) {
        CachePass pass = policy.recache(end, CHUNK);
        state.begin(pass);
        try (Tensor latents = latents(end - CHUNK)) {
            state.store(pass, latents);
        }
    }

    /** What the network says of the frames of a pass; the step is made a few times, so that a recorded one is replayed. */
    float[] flow(int start, CachePass pass) {
        state.begin(pass);
        try (Tensor latents = latents(start)) {
            float[] x = latents.floats();
            float[] clean = {};
            for (int i = 0; i < REPEATS; i++) {
                clean = state.denoise(pass, latents, 1000, SIGMA).floats();
            }
            float[] flow = new float[x.length];
            for (int i = 0; i < x.length; i++) {
                flow[i] = (x[i] - clean[i]) / SIGMA;
            }
            return flow;
        }
    }

    private Tensor latents(int start) {
        Shape shape = size.latents(CHUNK);
        float[] values = normals((int) shape.elements(), 10 + start);
        int plane = size.height() * size.width();
        for (int at = 0; at < values.length; at += plane) {
            int frame = start + at / plane / TransformerConfig.CHANNELS;
            float colour = COLOUR * (float) new Random(1000L * frame + at / plane % TransformerConfig.CHANNELS).nextGaussian();
            for (int i = at; i < at + plane; i++) {
                values[i] += colour;
            }
        }
        return device.of(DType.F32, shape, values);
    }

    static float[] normals(int count, int seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Override
    public void close() {
        state.close();
        transformer.close();
    }
}
