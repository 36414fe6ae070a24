package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.wan.RotaryTable.Rotations;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RotaryTableTest {

    @Test
    void theFirstTokenOfTheFirstFrameIsNotTurned() {
        Rotations rotations = new RotaryTable(2, 3, 12).of(List.of(0));
        assertEquals(2 * 3 * 6, rotations.cos().length);
        assertArrayEquals(new float[] {1, 1, 1, 1, 1, 1}, Arrays.copyOf(rotations.cos(), 6));
        assertArrayEquals(new float[6], Arrays.copyOf(rotations.sin(), 6));
    }

    @Test
    void framesComeInTheOrderAsked() {
        RotaryTable table = new RotaryTable(2, 3, 12);
        Rotations both = table.of(List.of(7, 2));
        int half = both.sin().length / 2;
        assertArrayEquals(table.of(List.of(7)).sin(), Arrays.copyOf(both.sin(), half));
        assertArrayEquals(table.of(List.of(2)).sin(), Arrays.copyOfRange(both.sin(), half, 2 * half));
    }

    @Test
    void positionsBeyondTheTableAreRefused() {
        RotaryTable table = new RotaryTable(1, 1, 128);
        assertEquals(64, table.of(List.of(1023)).cos().length);
        assertThrows(IllegalArgumentException.class, () -> table.of(List.of(1024)));
        assertThrows(IllegalArgumentException.class, () -> table.of(List.of(-1)));
        assertThrows(IllegalArgumentException.class, () -> new RotaryTable(0, 1, 128));
        assertThrows(IllegalArgumentException.class, () -> new RotaryTable(1, 1, 5));
    }

    static List<GoldenCase> rotations() {
        return GoldenCase.where(manifest -> {
            String op = manifest.path("calls").path(0).path("op").asText();
            return op.equals("rope") || op.equals("tables");
        });
    }

    @Tag("golden")
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("rotations")
    void tokensAreTurnedAsByTheReference(GoldenCase golden) throws CheckpointException {
        for (JsonNode call : golden.calls()) {
            if (call.path("op").asText().equals("rope")) {
                float[] turned = turned(call, golden.floats(call.at("/inputs/x").asText()));
                Deviation.within("call " + call.path("index"), golden.floats(call.at("/expect/y").asText()), turned, 2e-5);
            }
        }
    }

    @Tag("golden")
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("rotations")
    void tablesAreThoseOfTheReference(GoldenCase golden) throws CheckpointException {
        for (JsonNode call : golden.calls()) {
            if (call.path("op").asText().equals("tables")) {
                Deviation.within("cos", golden.floats(call.at("/expect/cos").asText()), column(call, true), 1e-6);
                Deviation.within("sin", golden.floats(call.at("/expect/sin").asText()), column(call, false), 1e-6);
            }
        }
    }

    /** The listed tokens [n,N,d], each pair turned by its angle. */
    private static float[] turned(JsonNode call, float[] x) {
        int dim = call.path("head_dim").asInt();
        int columns = call.path("grid").path(1).asInt();
        int start = call.path("start_frame").asInt();
        RotaryTable table = new RotaryTable(call.path("grid").path(0).asInt(), columns, dim);
        Rotations rotations = table.of(IntStream.range(start, start + call.path("frames").asInt()).boxed().toList());
        int perToken = x.length / call.path("tokens").size();
        float[] y = new float[x.length];
        for (int i = 0; i < x.length; i += 2) {
            JsonNode token = call.path("tokens").path(i / perToken);
            int index = (token.path(0).asInt() - start) * table.tokensPerFrame() + token.path(1).asInt() * columns + token.path(2).asInt();
            float cos = rotations.cos()[index * dim / 2 + i % dim / 2];
            float sin = rotations.sin()[index * dim / 2 + i % dim / 2];
            y[i] = x[i] * cos - x[i + 1] * sin;
            y[i + 1] = x[i] * sin + x[i + 1] * cos;
        }
        return y;
    }

    /** All axes at the listed positions: time and height from a frame of one column, width from one of one row. */
    private static float[] column(JsonNode call, boolean cosine) {
        int dim = call.path("head_dim").asInt();
        int pairs = dim / 2;
        int width = call.path("pairs").path("width").asInt();
        RotaryTable tall = new RotaryTable(RotaryTable.POSITIONS, 1, dim);
        RotaryTable wide = new RotaryTable(1, RotaryTable.POSITIONS, dim);
        float[] table = new float[call.path("positions").size() * pairs];
        int at = 0;
        for (JsonNode node : call.path("positions")) {
            int position = node.asInt();
            Rotations high = tall.of(List.of(position));
            Rotations broad = wide.of(List.of(position));
            System.arraycopy(cosine ? high.cos() : high.sin(), position * pairs, table, at, pairs - width);
            System.arraycopy(cosine ? broad.cos() : broad.sin(), position * pairs + pairs - width, table, at + pairs - width, width);
            at += pairs;
        }
        return table;
    }
}
