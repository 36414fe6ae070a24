package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.tensor.Narrow;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("golden")
class GoldenScheduleTest {

    static List<GoldenCase> schedulers() {
        return GoldenCase.where(manifest -> manifest.has("int_of_noise_scale"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("schedulers")
    void tablesAndIndicesAreThoseOfTheReference(GoldenCase golden) throws CheckpointException {
        for (Map.Entry<String, JsonNode> tests : golden.manifest().path("tests").properties()) {
            FlowMatchSchedule schedule = schedule(tests.getKey());
            nextTo(golden.floats(tests.getKey() + ".sigmas"), schedule.sigmas());
            nextTo(golden.floats(tests.getKey() + ".timesteps"), schedule.timesteps());
            float[] indices = golden.floats(tests.getKey() + ".index_of_t");
            for (int t = 0; t < indices.length; t++) {
                assertEquals((int) indices[t], schedule.index(t), "index of " + t);
            }
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("schedulers")
    void singleStepsAreThoseOfTheReference(GoldenCase golden) throws CheckpointException {
        for (Map.Entry<String, JsonNode> tests : golden.manifest().path("tests").properties()) {
            FlowMatchSchedule schedule = schedule(tests.getKey());
            for (JsonNode test : tests.getValue()) {
                if (test.has("loop")) {
                    continue;
                }
                float t = test.path("t").floatValue();
                assertEquals(test.path("index").asInt(), schedule.index(t));
                assertEquals(test.path("sigma").floatValue(), schedule.sigma(t), Math.ulp(test.path("sigma").floatValue()));
                JsonNode expect = test.path("expect");
                String at = tests.getKey() + " t=" + t;
                float[] noisy = FlowSteps.addNoise(schedule, golden.floats("x"), golden.floats("eps"), t);
                Deviation.within(at + " noise added", golden.floats(expect.path("add_noise").asText()), noisy, 1e-6);
                float[] x0 = FlowSteps.x0(schedule, golden.floats("x"), golden.floats("v"), t);
                Deviation.within(at + " x0", golden.floats(expect.path("x0").asText()), x0, 1e-6);
                Deviation.ofBf16(at + " noise added in bf16", golden.floats(expect.path("add_noise_bf16").asText()),
                        bf16(FlowSteps.addNoise(schedule, golden.floats("x.bf16"), golden.floats("eps.bf16"), t)));
                Deviation.ofBf16(at + " x0 in bf16", golden.floats(expect.path("x0_bf16").asText()),
                        bf16(FlowSteps.x0(schedule, golden.floats("x.bf16"), golden.floats("v.bf16"), t)));
            }
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("schedulers")
    void wholeLoopsEndWhereTheReferenceEnds(GoldenCase golden) throws CheckpointException {
        for (Map.Entry<String, JsonNode> tests : golden.manifest().path("tests").properties()) {
            for (JsonNode test : tests.getValue()) {
                if (test.has("loop")) {
                    loop(golden, schedule(tests.getKey()), test);
                }
            }
        }
    }

    private static void loop(GoldenCase golden, FlowMatchSchedule schedule, JsonNode test) throws CheckpointException {
        JsonNode noiseScale = test.path("noise_scale");
        List<Integer> list = test.path("step_list").valueStream().map(JsonNode::asInt).toList();
        float[] steps = schedule.steps(list, noiseScale.isNull() ? OptionalDouble.empty() : OptionalDouble.of(noiseScale.asDouble()));
        assertEquals(test.path("effective_list").size(), steps.length);
        float[] x = golden.floats(test.path("inputs").path("x_start").asText());
        for (int k = 0; k < steps.length; k++) {
            assertEquals(test.path("effective_list").path(k).asInt(), steps[k]);
            JsonNode step = test.path("steps").path(k);
            x = FlowSteps.x0(schedule, x, golden.floats(step.path("inputs").path("v").asText()), steps[k]);
            Deviation.within("x0 of step " + k, golden.floats(step.path("expect").path("x0").asText()), x, 1e-5);
            if (k < steps.length - 1) {
                x = FlowSteps.addNoise(schedule, x, golden.floats(step.path("inputs").path("eps").asText()), steps[k + 1]);
                Deviation.within("x after step " + k, golden.floats(step.path("expect").path("x_next").asText()), x, 1e-5);
            }
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("schedulers")
    void noiseScalesBecomeFirstSteps(GoldenCase golden) {
        for (JsonNode test : golden.manifest().path("int_of_noise_scale")) {
            OptionalDouble scale = OptionalDouble.of(test.path("noise_scale").asDouble());
            assertEquals(test.path("first_t").asInt(), new FlowMatchSchedule(5).steps(List.of(1000), scale)[0], test.toString());
        }
    }

    private static void nextTo(float[] expected, float[] actual) {
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], Math.ulp(expected[i]), "entry " + i);
        }
    }

    /** {@code shift5}, as the manifest names it. */
    private static FlowMatchSchedule schedule(String name) {
        return new FlowMatchSchedule(Float.parseFloat(name.substring("shift".length())));
    }

    private static float[] bf16(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = Narrow.roundToBf16(values[i]);
        }
        return values;
    }
}
