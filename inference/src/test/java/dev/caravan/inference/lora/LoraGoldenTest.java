package dev.caravan.inference.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.ByteProgress;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.DerivedWeights;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Adapters in all formats: which layers they match, and the weights after merging (golden cases with {@code adapters}). */
@Tag("golden")
class LoraGoldenTest {

    private static final String BF16 = "bf16:";

    @TempDir
    private Path folder;

    static List<GoldenCase> cases() {
        return GoldenCase.where(manifest -> manifest.has("adapters"));
    }

    static Stream<Arguments> adapters() {
        return cases().stream().flatMap(golden ->
                golden.manifest().path("adapters").propertyStream().map(entry -> Arguments.of(golden, entry.getKey(), entry.getValue())));
    }

    static Stream<Arguments> merges() {
        return cases().stream().flatMap(golden -> golden.calls().stream().filter(call -> call.path("op").asText().equals("merge"))
                .map(call -> Arguments.of(golden, call.path("name").asText(), call)));
    }

    @ParameterizedTest(name = "{1}", allowZeroInvocations = true)
    @MethodSource("adapters")
    void anAdapterMatchesTheLayersOfTheReference(GoldenCase golden, String file, JsonNode expected) throws CheckpointException {
        LoraAdapter adapter = LoraAdapter.open(golden.folder().resolve(file));
        TreeSet<String> matched = new TreeSet<>();
        adapter.matching(golden.weights()).forEach(pair -> matched.add(pair.weight()));
        TreeSet<String> targets = new TreeSet<>();
        expected.path("targets").forEach(target -> targets.add(target.asText()));
        assertEquals(targets, matched);
        if (expected.path("converted").isBoolean()) {
            assertEquals(expected.path("converted").asBoolean(), adapter.honourAlpha());
        }
    }

    @ParameterizedTest(name = "{1}", allowZeroInvocations = true)
    @MethodSource("merges")
    void mergedWeightsAreThoseOfTheReference(GoldenCase golden, String name, JsonNode call) throws CheckpointException {
        Checkpoint merged = merge(golden, call, Optional.empty());
        Checkpoint rounded = merge(golden, call, Optional.of(DType.BF16));
        for (Map.Entry<String, JsonNode> expected : call.path("expect").properties()) {
            String key = expected.getKey();
            if (key.startsWith(BF16)) {
                float[] want = golden.floats(expected.getValue().asText());
                float[] got = Checkpoint.floats(rounded.require(key.substring(BF16.length())));
                assertEquals(want.length, got.length, key);
                for (int i = 0; i < want.length; i++) {
                    int apart = Math.abs(ordered(want[i]) - ordered(got[i]));
                    assertTrue(apart <= 1, key + " differs by " + apart + " units in the last place at " + i);
                }
            } else if (golden.weights().find(key).isPresent()) {
                Deviation.within(key, golden.floats(expected.getValue().asText()), Checkpoint.floats(merged.require(key)), 1e-6);
            }
        }
    }

    /** Every merged weight, also those that were not recorded, against the formula in double precision. */
    @ParameterizedTest(name = "{1}", allowZeroInvocations = true)
    @MethodSource("merges")
    void everyWeightIsTheOneTheFormulaGives(GoldenCase golden, String name, JsonNode call) throws CheckpointException {
        Checkpoint merged = merge(golden, call, Optional.empty());
        Checkpoint base = golden.weights();
        for (String weight : base.tensors().keySet()) {
            float[] expected = Checkpoint.floats(base.require(weight));
            double[] sum = new double[expected.length];
            for (LoraMerge.Applied applied : applied(golden, call)) {
                for (LoraPair pair : applied.adapter().matching(base)) {
                    if (pair.weight().equals(weight)) {
                        add(pair, applied.strength(), sum);
                    }
                }
            }
            for (int i = 0; i < sum.length; i++) {
                expected[i] = (float) (expected[i] + sum[i]);
            }
            Deviation.within(weight, expected, Checkpoint.floats(merged.require(weight)), 1e-6);
        }
    }

    private static void add(LoraPair pair, float strength, double[] sum) throws CheckpointException {
        float[] a = Checkpoint.floats(pair.down());
        float[] b = Checkpoint.floats(pair.up());
        int in = (int) pair.down().shape().dim(1);
        for (int i = 0; i < sum.length; i++) {
            for (int r = 0; r < pair.rank(); r++) {
                sum[i] += (double) strength * pair.scale() * b[i / in * pair.rank() + r] * a[r * in + i % in];
            }
        }
    }

    private Checkpoint merge(GoldenCase golden, JsonNode call, Optional<DType> floats) throws CheckpointException {
        try (LoraMerge merge = new LoraMerge(Ort.cpu(), applied(golden, call), floats)) {
            return new DerivedWeights(folder.resolve(floats.map(DType::name).orElse("own")))
                    .of("golden", golden.weights(), merge, ByteProgress.NONE);
        }
    }

    private static List<LoraMerge.Applied> applied(GoldenCase golden, JsonNode call) throws CheckpointException {
        List<LoraMerge.Applied> applied = new ArrayList<>();
        for (JsonNode adapter : call.path("adapters")) {
            applied.add(new LoraMerge.Applied(LoraAdapter.open(golden.folder().resolve(adapter.path("file").asText())),
                    (float) adapter.path("scale").asDouble()));
        }
        return applied;
    }

    /** Bits of a bf16 number so that neighbours differ by one. */
    private static int ordered(float value) {
        short bits = Narrow.toBf16(value);
        return bits < 0 ? -(bits & 0x7FFF) : bits;
    }
}
