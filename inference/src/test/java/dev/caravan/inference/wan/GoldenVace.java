package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.checkpoint.TensorFile;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What recorded cases say of VACE. */
final class GoldenVace {

    private GoldenVace() {}

    /** Whether a call is guided. */
    static boolean guides(JsonNode call) {
        return call.path("inputs").has("vace_context");
    }

    /** Gives a stream the context of a call, once its sizes are found to be the recorded ones. */
    static void set(GoldenCase golden, JsonNode call, TransformerState state, int frames) throws CheckpointException {
        String name = call.at("/inputs/vace_context").asText();
        Shape stored = golden.stored(name).shape();
        Shape shape = Shape.of(stored.dim(1), stored.dim(0), stored.dim(2), stored.dim(3));
        sizes(golden, call.path("state"), frames, (int) shape.dim(0));
        try (Tensor context = Ort.cpu().of(DType.F32, shape, GoldenTransformer.frameMajor(golden, name))) {
            state.setVace(context, call.path("vace_context_scale").asDouble(1));
        }
    }

    private static void sizes(GoldenCase golden, JsonNode state, int frames, int contextFrames) throws CheckpointException {
        int perFrame = GoldenTransformer.size(golden).tokens();
        assertEquals(state.path("tokens").asInt(), frames * perFrame);
        assertEquals(state.path("vace_tokens").asInt(), contextFrames * perFrame);
        assertEquals(state.path("phantom_keys_vace").asInt(), VaceInputs.rows((long) frames * perFrame) - frames * perFrame);
        assertEquals(state.path("vace_rope_positions").valueStream().map(JsonNode::asInt).toList(),
                IntStream.range(0, frames).boxed().toList());
        String fit = contextFrames > frames ? "truncated" : contextFrames < frames ? "zero rows appended" : "equal";
        assertEquals(state.path("padded_or_truncated").asText(), fit);
    }

    /**
     * The blocks that a recorded case names.
     *
     * @param folder for those that are made of the transformer's own weights
     */
    static VaceModule module(GoldenCase golden, Path folder) throws CheckpointException {
        List<Integer> layers = golden.manifest().at("/vace/layers").valueStream().map(JsonNode::asInt).toList();
        JsonNode weights = golden.manifest().path("vace_weights");
        return weights.isTextual()
                ? new VaceModule(VaceModule.in(golden.checkpoint(weights.asText()), GoldenTransformer.config(golden))::get, layers)
                : new VaceModule(synthesised(golden, weights.path("alias"), layers.size(), folder), layers);
    }

    /** Weights of the transformer under other names; what has none repeats one of them along the channels that come in. */
    private static Weights synthesised(GoldenCase golden, JsonNode alias, int blocks, Path folder) throws CheckpointException {
        Checkpoint own = golden.weights();
        TensorFile repeated = new TensorFile();
        for (Map.Entry<String, Shape> needed : VaceWeights.required(GoldenTransformer.config(golden), blocks).entrySet()) {
            if (!alias.has(needed.getKey())) {
                StoredTensor main = own.get(needed.getKey().substring("vace_".length()));
                repeated.add(needed.getKey(), DType.F32, needed.getValue(), repeated(main, needed.getValue()));
            }
        }
        Checkpoint others = Checkpoint.open(repeated.write(folder.resolve("repeated.safetensors")));
        return name -> alias.has(name) ? own.get(alias.path(name).asText()) : others.get(name);
    }

    private static float[] repeated(StoredTensor main, Shape as) throws CheckpointException {
        float[] numbers = Checkpoint.floats(main);
        int rows = (int) as.dim(0);
        int row = numbers.length / rows;
        int times = (int) (as.elements() / numbers.length);
        float[] out = new float[(int) as.elements()];
        for (int i = 0; i < rows * times; i++) {
            System.arraycopy(numbers, i / times * row, out, i * row, row);
        }
        return out;
    }
}
