package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Rotary;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RotaryTablesTest {

    static Stream<Arguments> rotations() {
        return calls("rope");
    }

    static Stream<Arguments> tables() {
        return calls("tables");
    }

    @Test
    void timeGetsThePairsThatDoNotShareOutAmongThree() {
        RotaryTables.Tables tables = new RotaryTables(128, new LatentSize(4, 6)).of(List.of(5));
        assertEquals(6 * 64, tables.cos().length);
        int token = 4 * 64;
        assertEquals((float) Math.cos(5 * Math.pow(10000, -21 / 22.0)), tables.cos()[token + 21]);
        assertEquals((float) Math.sin(1), tables.sin()[token + 22], "row 1");
        assertEquals((float) Math.cos(1 * Math.pow(10000, -20 / 21.0)), tables.cos()[token + 63], "column 1");
    }

    @Test
    void framesComeInTheOrderAsked() {
        RotaryTables rotary = new RotaryTables(12, new LatentSize(4, 6));
        float[] both = rotary.of(List.of(7, 2)).sin();
        assertArrayEquals(rotary.of(List.of(7)).sin(), Arrays.copyOf(both, both.length / 2));
        assertArrayEquals(rotary.of(List.of(2)).sin(), Arrays.copyOfRange(both, both.length / 2, both.length));
    }

    @Test
    void positionsTheModelsWereNotMadeForAreRefused() {
        RotaryTables rotary = new RotaryTables(12, new LatentSize(2, 2));
        assertEquals(6, rotary.of(List.of(1023)).cos().length);
        assertThrows(IllegalArgumentException.class, () -> rotary.of(List.of(0, 1024)));
        assertThrows(IllegalArgumentException.class, () -> rotary.of(List.of(-1)));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 6, 10, 16, 22, 26, 40, 130})
    void neighbouringChannelsAreTurnedInHeadsOfAnyEvenSize(int headDim) {
        RotaryTables.Tables tables = new RotaryTables(headDim, new LatentSize(4, 6)).of(List.of(7, 9));
        int heads = 3;
        int tokens = 12;
        float[] x = new float[tokens * heads * headDim];
        float[] expected = new float[x.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.sin(i);
        }
        for (int i = 0; i < x.length; i += 2) {
            int row = i / (heads * headDim) * (headDim / 2) + i % headDim / 2;
            expected[i] = x[i] * tables.cos()[row] - x[i + 1] * tables.sin()[row];
            expected[i + 1] = x[i] * tables.sin()[row] + x[i + 1] * tables.cos()[row];
        }
        Deviation.within("turned", expected, turn(x, tables, tokens, heads, headDim), 1e-6);
    }

    @Tag("golden")
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("rotations")
    void tokensAreTurnedAsRecorded(GoldenCase golden, JsonNode call) throws CheckpointException {
        int headDim = call.path("head_dim").asInt();
        LatentSize size = new LatentSize(2 * call.at("/grid/0").asInt(), 2 * call.at("/grid/1").asInt());
        int start = call.path("start_frame").asInt();
        List<Integer> frames = IntStream.range(start, start + call.path("frames").asInt()).boxed().toList();
        RotaryTables rotary = new RotaryTables(headDim, size);
        RotaryTables.Tables all = rotary.of(frames);
        int count = call.path("tokens").size();
        RotaryTables.Tables listed = new RotaryTables.Tables(new float[count * rotary.pairs()], new float[count * rotary.pairs()]);
        for (int i = 0; i < count; i++) {
            JsonNode token = call.path("tokens").get(i);
            int index = ((token.get(0).asInt() - start) * size.rows() + token.get(1).asInt()) * size.columns() + token.get(2).asInt();
            System.arraycopy(all.cos(), index * rotary.pairs(), listed.cos(), i * rotary.pairs(), rotary.pairs());
            System.arraycopy(all.sin(), index * rotary.pairs(), listed.sin(), i * rotary.pairs(), rotary.pairs());
        }
        Shape x = golden.stored(call.at("/inputs/x").asText()).shape();
        float[] turned = turn(golden.floats(call.at("/inputs/x").asText()), listed, count, (int) x.dim(1), headDim);
        Deviation.within(golden + " call " + call.path("index"), golden.floats(call.at("/expect/y").asText()), turned,
                golden.manifest().at("/tolerance/abs").asDouble());
    }

    @Tag("golden")
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("tables")
    void tablesAreAsRecorded(GoldenCase golden, JsonNode call) throws CheckpointException {
        int headDim = call.path("head_dim").asInt();
        int pairs = headDim / 2;
        int time = call.at("/pairs/time").asInt();
        int space = call.at("/pairs/height").asInt();
        JsonNode positions = call.path("positions");
        float[] cos = new float[positions.size() * pairs];
        float[] sin = new float[positions.size() * pairs];
        for (int i = 0; i < positions.size(); i++) {
            int position = positions.get(i).asInt();
            // Every axis at the same position: a token on the diagonal of a grid that is large enough.
            RotaryTables.Tables parts = new RotaryTables(headDim, new LatentSize(2 * position + 2, 2)).of(List.of(position));
            int last = position * pairs;
            System.arraycopy(parts.cos(), last, cos, i * pairs, time + space);
            System.arraycopy(parts.sin(), last, sin, i * pairs, time + space);
            RotaryTables.Tables wide = new RotaryTables(headDim, new LatentSize(2, 2 * position + 2)).of(List.of(0));
            System.arraycopy(wide.cos(), last + time + space, cos, i * pairs + time + space, space);
            System.arraycopy(wide.sin(), last + time + space, sin, i * pairs + time + space, space);
        }
        double tolerance = golden.manifest().at("/tolerance/abs").asDouble();
        Deviation.within("cos", golden.floats(call.at("/expect/cos").asText()), cos, tolerance);
        Deviation.within("sin", golden.floats(call.at("/expect/sin").asText()), sin, tolerance);
    }

    private static float[] turn(float[] x, RotaryTables.Tables tables, int tokens, int heads, int headDim) {
        Net net = new Net(new Graph("rotary"), name -> null, DType.F32, Provider.CPU);
        Dim[] table = Dim.of(tokens, headDim / 2);
        Dim[] sequence = Dim.of(1, tokens, (long) heads * headDim);
        Value turned = Rotary.interleaved(
                net, "rope", net.input("x", DType.F32, sequence), net.input("cos", DType.F32, table), net.input("sin", DType.F32, table), heads);
        net.graph().output("y", turned, sequence);
        try (OrtSession session = Ort.cpu().load(net.build());
                Tensor in = Ort.cpu().of(DType.F32, Shape.of(1, tokens, (long) heads * headDim), x);
                Tensor cos = Ort.cpu().of(DType.F32, Shape.of(tokens, headDim / 2), tables.cos());
                Tensor sin = Ort.cpu().of(DType.F32, Shape.of(tokens, headDim / 2), tables.sin());
                Tensor out = Ort.cpu().zeros(DType.F32, in.shape());
                Binding binding = session.bind().input("x", in).input("cos", cos).input("sin", sin).output("y", out)) {
            binding.run();
            return out.floats();
        }
    }

    private static Stream<Arguments> calls(String op) {
        return GoldenCase.where(manifest -> manifest.at("/calls/0/op").asText().equals("rope")).stream()
                .flatMap(golden -> golden.calls().stream()
                        .filter(call -> call.path("op").asText().equals(op))
                        .map(call -> Arguments.of(golden, call)));
    }
}
