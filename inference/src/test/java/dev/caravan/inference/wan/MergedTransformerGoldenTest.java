package dev.caravan.inference.wan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.ByteProgress;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.DerivedWeights;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.RollingWindow;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.lora.LoraAdapter;
import dev.caravan.inference.lora.LoraMerge;
import dev.caravan.inference.nn.Adapter;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the transformer says with adapters merged into its weights or beside them, in every recorded combination. */
@Tag("golden")
class MergedTransformerGoldenTest {

    private static final double SINGLE_CALL = 2e-4;

    @TempDir
    private Path folder;

    static Stream<Arguments> merges() {
        return GoldenCase.where(manifest -> manifest.has("adapters")).stream()
                .flatMap(golden -> golden.calls().stream()
                        .filter(call -> call.at("/expect/v").isTextual())
                        .map(call -> Arguments.of(golden, call.path("name").asText(), call)));
    }

    @ParameterizedTest(name = "{1}", allowZeroInvocations = true)
    @MethodSource("merges")
    void theFlowIsThatOfTheReference(GoldenCase golden, String name, JsonNode call) throws CheckpointException {
        assertFlow(golden, name, call, merged(golden, call), TransformerOptions.of(DType.F32));
    }

    @ParameterizedTest(name = "{1}", allowZeroInvocations = true)
    @MethodSource("merges")
    void theSameFlowComesFromAdaptersBesideTheWeights(GoldenCase golden, String name, JsonNode call) throws CheckpointException {
        List<Adapter> adapters = new ArrayList<>();
        for (LoraMerge.Applied applied : applied(golden, call)) {
            adapters.add(LowRanks.of("adapter " + adapters.size(), applied, golden.weights(), folder));
        }
        assertFlow(golden, name, call, golden.weights(), TransformerOptions.of(DType.F32).withAdapters(adapters));
    }

    private static void assertFlow(GoldenCase golden, String name, JsonNode call, Checkpoint weights, TransformerOptions options)
            throws CheckpointException {
        JsonNode forward = call.path("forward");
        Shape z = golden.stored(forward.path("z").asText()).shape();
        LatentSize size = new LatentSize((int) z.dim(2), (int) z.dim(3));
        int frames = (int) z.dim(1);
        try (Transformer transformer =
                        Transformer.load(Ort.cpu(), GoldenTransformer.config(golden), size, GoldenTransformer.weights(weights), options);
                TransformerState state = transformer.open(12)) {
            state.setPrompt(GoldenTransformer.prompt(golden, forward.path("context").asText()));
            float[] latents = GoldenTransformer.frameMajor(golden, forward.path("z").asText());
            CachePass pass = new RollingWindow(12, 3).pass(forward.path("start_frame").asInt(), frames);
            state.latents(frames).write(latents);
            state.denoise(pass, state.latents(frames), forward.path("t").floatValue(), 0.5f);
            Deviation.relative(name, GoldenTransformer.frameMajor(golden, call.at("/expect/v").asText()), state.flow(frames).floats(),
                    SINGLE_CALL);
        }
    }

    private static List<LoraMerge.Applied> applied(GoldenCase golden, JsonNode call) throws CheckpointException {
        List<LoraMerge.Applied> applied = new ArrayList<>();
        for (JsonNode adapter : call.path("adapters")) {
            applied.add(new LoraMerge.Applied(
                    LoraAdapter.open(golden.folder().resolve(adapter.path("file").asText())), adapter.path("scale").floatValue()));
        }
        return applied;
    }

    private Checkpoint merged(GoldenCase golden, JsonNode call) throws CheckpointException {
        try (LoraMerge merge = new LoraMerge(Ort.cpu(), applied(golden, call), Optional.empty())) {
            return new DerivedWeights(folder).of("golden", golden.weights(), merge, ByteProgress.NONE);
        }
    }
}
