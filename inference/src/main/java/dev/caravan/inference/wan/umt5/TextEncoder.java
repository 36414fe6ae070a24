package dev.caravan.inference.wan.umt5;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.Requirements;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.SessionSettings;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.text.PromptEmbedding;
import java.util.Arrays;

/**
 * A loaded UMT5 encoder: tokens of a prompt to the embedding that the transformer reads. Shared by all sessions; thread-safe: prompts are
 * encoded one after the other, each in one step on the device.
 *
 * <p>Computes in bf16 on CUDA and in fp32 on the CPU, whatever the file holds. Weights of another type are cast matrix by matrix in every
 * run and never held in the computed type: the published fp8 file (6.7 GB) takes its own size on CUDA, and on the CPU only pages of the file
 * that the system can take back, with 1 GB beside. Cast once at load it would take 11 GB and 23 GB. A prompt pays with some milliseconds
 * on CUDA (by bandwidth, not measured) and a quarter of a minute on two CPU cores, where UMT5-XXL works but is no aim.
 */
public final class TextEncoder implements AutoCloseable {

    private final Device device;
    private final Umt5Config config;
    private final int textLength;
    private final OrtSession session;

    private TextEncoder(Device device, Umt5Config config, int textLength, OrtSession session) {
        this.device = device;
        this.config = config;
        this.textLength = textLength;
        this.session = session;
    }

    /**
     * Loads the encoder of a checkpoint.
     *
     * @param textLength rows of every embedding, 512 for Wan
     * @throws CheckpointException when the file holds another network; the message names every tensor that is missing or has another shape
     */
    public static TextEncoder load(Device device, Checkpoint checkpoint, int textLength) throws CheckpointException {
        return load(device, checkpoint, Umt5Config.of(checkpoint), textLength);
    }

    static TextEncoder load(Device device, Checkpoint checkpoint, Umt5Config config, int textLength) throws CheckpointException {
        return new TextEncoder(device, config, textLength,
                device.load(model(checkpoint, config, device.provider()), SessionSettings.DEFAULT.withoutFolding()));
    }

    /** The graph on a checkpoint that was checked for it. */
    static OnnxModel model(Checkpoint checkpoint, Umt5Config config, Provider provider) throws CheckpointException {
        new Requirements(Umt5Weights.required(config)).checkInPlace(checkpoint);
        DType compute = provider == Provider.CPU ? DType.F32 : DType.BF16;
        return new Umt5Graph(new Net(new Graph("umt5"), checkpoint::get, compute, provider), config).build();
    }

    /** Tokens it knows: ids are below this. */
    public int vocabulary() {
        return config.vocab();
    }

    /** Numbers per token of an embedding. */
    public int width() {
        return config.dim();
    }

    /** Rows of every embedding. */
    public int textLength() {
        return textLength;
    }

    /**
     * Encodes one prompt.
     *
     * @param ids its tokens with the final {@code </s>}, without padding; 1 to {@link #textLength}
     * @throws IllegalArgumentException when there are too few or too many, or one is not in the vocabulary
     */
    public PromptEmbedding encode(int[] ids) {
        if (ids.length < 1 || ids.length > textLength) {
            throw new IllegalArgumentException("a prompt has 1 to " + textLength + " tokens; " + ids.length + " given");
        }
        for (int id : ids) {
            if (id < 0 || id >= config.vocab()) {
                throw new IllegalArgumentException("token " + id + " is not one of the " + config.vocab() + " of the text encoder");
            }
        }
        float[] rows = device.call(() -> run(ids));
        return new PromptEmbedding(textLength, config.dim(), Arrays.copyOf(rows, textLength * config.dim()));
    }

    private float[] run(int[] ids) {
        int n = ids.length;
        DType compute = device.provider() == Provider.CPU ? DType.F32 : DType.BF16;
        try (Tensor tokens = device.of(Shape.of(n), Arrays.stream(ids).asLongStream().toArray());
                Tensor buckets = device.of(Shape.of(n, n), RelativePositions.matrix(n, config.buckets(), config.maxDistance()));
                Tensor out = device.zeros(compute, Shape.of(n, config.dim()));
                Binding binding = session.bind()) {
            binding.input(Umt5Graph.IDS, tokens).input(Umt5Graph.BUCKETS, buckets).output(Umt5Graph.OUT, out).run();
            return out.floats();
        }
    }

    /** Frees the weights. */
    @Override
    public void close() {
        session.close();
    }
}
