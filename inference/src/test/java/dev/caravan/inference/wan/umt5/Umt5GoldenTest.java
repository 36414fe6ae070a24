package dev.caravan.inference.wan.umt5;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.checkpoint.TensorFile;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.text.PromptEmbedding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The encoder against the numbers of the original module. */
@Tag("golden")
class Umt5GoldenTest {

    static List<GoldenCase> cases() {
        return GoldenCase.where(manifest -> manifest.has("position_buckets") && !manifest.at("/config/shared_pos").asBoolean());
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void theShapesTellTheSizes(GoldenCase golden) throws Exception {
        Umt5Config wanted = new Umt5Config(golden.config("vocab"), golden.config("dim"), golden.config("dim_attn"),
                golden.config("dim_ffn"), golden.config("num_heads"), golden.config("num_layers"), golden.config("num_buckets"),
                golden.config("max_distance"));
        assertEquals(wanted, config(golden));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void everyDistanceFallsIntoItsBucket(GoldenCase golden) throws Exception {
        float[] wanted = golden.floats(golden.manifest().at("/position_buckets/expect/bucket").asText());
        int farthest = wanted.length / 2;
        for (int i = 0; i < wanted.length; i++) {
            int bucket = RelativePositions.bucket(i - farthest, golden.config("num_buckets"), golden.config("max_distance"));
            assertEquals((int) wanted[i], bucket, "distance " + (i - farthest));
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void everyPromptIsEncodedAsTheOriginalDoes(GoldenCase golden) throws Exception {
        int textLength = golden.manifest().path("text_len").asInt();
        try (TextEncoder encoder = TextEncoder.load(Ort.cpu(), golden.weights(), config(golden), textLength)) {
            for (JsonNode call : golden.calls()) {
                int[] ids = ids(golden, call);
                PromptEmbedding made = encoder.encode(ids);
                float[] real = Arrays.copyOf(made.values(), ids.length * made.width());
                Deviation.relative(call.path("op").asText() + " " + ids.length, golden.floats(call.at("/expect/out").asText()), real,
                        tolerance(golden));
                float[] rest = Arrays.copyOfRange(made.values(), ids.length * made.width(), made.values().length);
                Deviation.within("padding", new float[(textLength - ids.length) * made.width()], rest, 0);
            }
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void everyBlockLeavesWhatTheOriginalLeaves(GoldenCase golden) throws Exception {
        Umt5Config config = config(golden);
        Checkpoint weights = golden.weights();
        Net net = new Net(new Graph("umt5"), weights::get, DType.F32, Provider.CPU);
        try (OrtSession session = Ort.cpu().load(new Umt5Graph(net, config).withBlockOutputs().build())) {
            for (JsonNode call : golden.calls()) {
                Map<String, float[]> made = outputs(session, config, ids(golden, call));
                for (Map.Entry<String, JsonNode> expected : call.path("expect").properties()) {
                    Deviation.relative(expected.getKey(), golden.floats(expected.getValue().asText()), made.get(expected.getKey()),
                            tolerance(golden));
                }
            }
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void linearsInFp8GiveWhatTheirRoundedNumbersGive(GoldenCase golden, @TempDir Path folder) throws Exception {
        Checkpoint narrow = rounded(golden, DType.F8_E4M3, DType.BF16, folder.resolve("fp8.safetensors"));
        Checkpoint wide = rounded(golden, DType.F32, DType.F32, folder.resolve("fp32.safetensors"));
        int textLength = golden.manifest().path("text_len").asInt();
        try (TextEncoder fp8 = TextEncoder.load(Ort.cpu(), narrow, config(golden), textLength);
                TextEncoder fp32 = TextEncoder.load(Ort.cpu(), wide, config(golden), textLength)) {
            for (JsonNode call : golden.calls()) {
                int[] ids = ids(golden, call);
                Deviation.relative("fp8 " + ids.length, fp32.encode(ids).values(), fp8.encode(ids).values(), 1e-6);
            }
        }
    }

    /** The weights of a case as the published fp8 file has them: matrices of linear layers rounded to fp8, all others to bf16. */
    private static Checkpoint rounded(GoldenCase golden, DType linears, DType others, Path path) throws CheckpointException {
        TensorFile file = new TensorFile();
        for (StoredTensor tensor : golden.weights().tensors().values()) {
            boolean linear = tensor.name().contains(".attn.") || tensor.name().contains(".ffn.");
            float[] values = Checkpoint.floats(tensor);
            for (int i = 0; i < values.length; i++) {
                values[i] = linear ? Narrow.fromE4m3(TensorFile.toE4m3(values[i])) : Narrow.roundToBf16(values[i]);
            }
            file.add(tensor.name(), linear ? linears : others, tensor.shape(), values);
        }
        return Checkpoint.open(file.write(path));
    }

    private static Map<String, float[]> outputs(OrtSession session, Umt5Config config, int[] ids) {
        int n = ids.length;
        List<Tensor> tensors = new ArrayList<>();
        Map<String, float[]> made = new HashMap<>();
        try (Binding binding = session.bind()) {
            Tensor tokens = Ort.cpu().of(Shape.of(n), Arrays.stream(ids).asLongStream().toArray());
            Tensor buckets = Ort.cpu().of(Shape.of(n, n), RelativePositions.matrix(n, config.buckets(), config.maxDistance()));
            tensors.addAll(List.of(tokens, buckets));
            binding.input(Umt5Graph.IDS, tokens).input(Umt5Graph.BUCKETS, buckets);
            Map<String, Tensor> outs = new HashMap<>();
            for (String output : session.outputs()) {
                Tensor out = Ort.cpu().zeros(DType.F32, Shape.of(n, config.dim()));
                tensors.add(out);
                outs.put(output, out);
                binding.output(output, out);
            }
            binding.run();
            outs.forEach((name, tensor) -> made.put(name, tensor.floats()));
        } finally {
            tensors.forEach(Tensor::close);
        }
        return made;
    }

    private static Umt5Config config(GoldenCase golden) throws CheckpointException {
        return Umt5Config.of(golden.weights()).withMaxDistance(golden.config("max_distance"));
    }

    private static int[] ids(GoldenCase golden, JsonNode call) throws CheckpointException {
        float[] floats = golden.floats(call.at("/inputs/ids").asText());
        int[] ids = new int[floats.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) floats[i];
        }
        return ids;
    }

    private static double tolerance(GoldenCase golden) {
        return golden.manifest().at("/tolerance/fp32").asDouble(1e-4);
    }
}
