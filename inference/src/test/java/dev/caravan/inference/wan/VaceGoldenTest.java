package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.checkpoint.TensorFile;
import dev.caravan.inference.diffusion.AveragedSink;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.ContextWindow;
import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.diffusion.RollingWindow;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.SessionSettings;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Hints, and the flow of steps with them, against recorded calls of several families. */
@Tag("golden")
class VaceGoldenTest {

    /** How each recorded variant keeps its keys. */
    private static final Map<String, Supplier<KvCachePolicy>> CACHES = Map.of(
            "longlive", () -> new RollingWindow(12, 3),
            "memflow", () -> new RollingWindow(12, 3),
            "reward_forcing", () -> new AveragedSink(9, 3),
            "krea_realtime_video", () -> new ContextWindow(3, 3),
            "streamdiffusionv2", () -> new RollingWindow(6, 3));

    @TempDir
    private Path folder;

    static List<GoldenCase> withContext() {
        return GoldenCase.where(manifest ->
                manifest.has("vace_weights") && manifest.has("calls") && CACHES.containsKey(manifest.path("variant").asText()));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("withContext")
    void everyStepGivesTheRecordedHintsAndFlow(GoldenCase golden) throws CheckpointException {
        KvCachePolicy caches = CACHES.get(golden.manifest().path("variant").asText()).get();
        TransformerOptions options = TransformerOptions.of(DType.F32).withKeys(caches.keys()).withVace(module(golden));
        try (Transformer transformer = Transformer.load(Ort.cpu(), GoldenTransformer.config(golden), GoldenTransformer.size(golden),
                        GoldenTransformer.weights(golden.weights()), options, new Probes(), SessionSettings.DEFAULT);
                Probes.Tensors seen = new Probes.Tensors(transformer);
                TransformerState state = transformer.open(caches.capacityFrames())) {
            state.setAttentionBias(golden.manifest().path("kv_cache_attention_bias").asDouble(1));
            String prompt = "";
            CachePass before = null;
            int end = 0;
            for (JsonNode call : golden.calls()) {
                String context = call.at("/inputs/context").asText();
                if (!context.equals(prompt)) {
                    state.setPrompt(GoldenTransformer.prompt(golden, context));
                    prompt = context;
                }
                int frames = (int) golden.stored(call.at("/inputs/z").asText()).shape().dim(1);
                int start = call.at("/state/start_frame").asInt();
                boolean again = List.of("recache", "recompute").contains(call.path("pass").asText());
                CachePass pass = again ? caches.recache(end, frames) : caches.pass(start, frames);
                end = again ? end : start + frames;
                if (!pass.equals(before)) {
                    state.begin(pass);
                }
                before = pass;
                call(golden, call, state, pass, seen);
            }
        }
    }

    private static void call(GoldenCase golden, JsonNode call, TransformerState state, CachePass pass, Probes.Tensors seen)
            throws CheckpointException {
        int frames = pass.queryPositions().size();
        Tensor latents = state.latents(frames);
        latents.write(GoldenTransformer.frameMajor(golden, call.at("/inputs/z").asText()));
        guide(golden, call, state, pass, seen);
        if (call.path("pass").asText().equals("denoise")) {
            state.denoise(pass, latents, call.path("t").floatValue(), 0.5f);
        } else {
            // A context that was set before is of no matter to it.
            state.store(pass, latents);
        }
        for (Map.Entry<String, JsonNode> expected : call.path("expect").properties()) {
            String tensor = expected.getValue().asText();
            boolean flow = expected.getKey().equals("v");
            float[] numbers = flow ? GoldenTransformer.frameMajor(golden, tensor) : golden.floats(tensor);
            float[] actual = flow ? state.flow(frames).floats() : seen.get(pass, expected.getKey()).floats();
            // Behind the hints of a step's tokens are those of padding.
            Deviation.relative(golden + " " + tensor, numbers, Arrays.copyOf(actual, numbers.length),
                    golden.manifest().at("/tolerance/single_call").asDouble());
        }
    }

    private static void guide(GoldenCase golden, JsonNode call, TransformerState state, CachePass pass, Probes.Tensors seen)
            throws CheckpointException {
        if (!call.path("inputs").has("vace_context")) {
            if (call.path("pass").asText().equals("denoise")) {
                state.withoutVace();
            }
            return;
        }
        String name = call.at("/inputs/vace_context").asText();
        int frames = pass.queryPositions().size();
        Shape stored = golden.stored(name).shape();
        Shape shape = Shape.of(stored.dim(1), stored.dim(0), stored.dim(2), stored.dim(3));
        sizes(golden, call.path("state"), frames, (int) shape.dim(0));
        try (Tensor context = Ort.cpu().of(DType.F32, shape, GoldenTransformer.frameMajor(golden, name))) {
            state.setVace(context, call.path("vace_context_scale").asDouble());
        }
        Binding hints = state.hints(frames);
        call.path("expect").fieldNames().forEachRemaining(stage -> {
            if (stage.startsWith("hint")) {
                hints.output(Probes.output(stage), seen.get(pass, stage));
            }
        });
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

    private VaceModule module(GoldenCase golden) throws CheckpointException {
        List<Integer> layers = golden.manifest().at("/vace/layers").valueStream().map(JsonNode::asInt).toList();
        JsonNode weights = golden.manifest().path("vace_weights");
        return weights.isTextual()
                ? new VaceModule(VaceModule.in(golden.checkpoint(weights.asText()), GoldenTransformer.config(golden))::get, layers)
                : new VaceModule(synthesised(golden, weights.path("alias"), layers.size()), layers);
    }

    /** Weights of the transformer under other names; what has none repeats one of them along the channels that come in. */
    private Weights synthesised(GoldenCase golden, JsonNode alias, int blocks) throws CheckpointException {
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
