package dev.caravan.inference.bench;

import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.SessionSettings;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.text.PromptEmbedding;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.Transformer;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.TransformerState;
import dev.caravan.inference.wan.TransformerWeights;
import dev.caravan.inference.wan.TrueGraphs;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A transformer, usually of a single block, in the middle of a stream: three new latent frames see a full cache. Latents and prompt are the
 * same on every device.
 */
public final class TransformerBlock implements AutoCloseable {

    private static final int FRAMES = 3;
    private static final float SIGMA = 0.9f;

    private final Device device;
    private final TransformerConfig config;
    private final LatentSize size;
    private final int cacheFrames;
    private final Transformer transformer;
    private final TransformerState stream;
    private final Tensor latents;
    private final CachePass pass;

    /** @param cacheFrames latent frames seen, those of the call among them */
    public TransformerBlock(Device device, TransformerConfig config, LatentSize size, int cacheFrames, Weights weights, DType compute,
            SessionSettings settings) {
        this.device = device;
        this.config = config;
        this.size = size;
        this.cacheFrames = cacheFrames;
        transformer = TrueGraphs.load(device, config, size, weights, compute, settings);
        stream = transformer.open(cacheFrames);
        latents = noise(device, size.latents(FRAMES), 1);
        pass = pass(cacheFrames - FRAMES);
        stream.setPrompt(new PromptEmbedding(config.textLen(), config.textDim(), numbers(config.textLen() * config.textDim(), 2)));
        fillCache();
    }

    /** One block of a true or tiny model on random weights written to a file. */
    public static Weights weights(Path file, TransformerConfig config, DType dtype) throws CheckpointException {
        Map<String, Shape> shapes = TransformerWeights.required(config);
        return RandomWeights.write(file, dtype, shapes)::get;
    }

    /** The same network with fewer or more blocks. */
    public static TransformerConfig ofLayers(TransformerConfig config, int layers) {
        return new TransformerConfig(config.dim(), config.ffnDim(), config.heads(), layers, config.freqDim(), config.textDim(),
                config.textLen(), config.eps());
    }

    private static CachePass pass(int start) {
        List<Integer> frames = IntStream.range(start, start + FRAMES).boxed().toList();
        return new CachePass(frames, List.of(0, 1, 2), frames, start + FRAMES);
    }

    private void fillCache() {
        for (int start = 0; start + FRAMES < cacheFrames; start += FRAMES) {
            try (Tensor past = noise(device, size.latents(FRAMES), 10 + start)) {
                stream.store(pass(start), past);
            }
        }
    }

    /** One denoise step. */
    public void run() {
        stream.denoise(pass, latents, 1000, SIGMA);
    }

    /** What the last step made, x0. */
    public float[] result() {
        return stream.clean(FRAMES).floats();
    }

    /** Lets a GPU record the next step. */
    public void record() {
        TrueGraphs.record(stream, pass);
    }

    public double flops() {
        return Flops.pass(config, queries(), keys());
    }

    public long queries() {
        return (long) FRAMES * size.tokens();
    }

    public long keys() {
        return (long) cacheFrames * size.tokens();
    }

    private static Tensor noise(Device device, Shape shape, int seed) {
        return device.of(DType.F32, shape, numbers((int) shape.elements(), seed));
    }

    private static float[] numbers(int count, int seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @Override
    public void close() {
        latents.close();
        stream.close();
        transformer.close();
    }
}
