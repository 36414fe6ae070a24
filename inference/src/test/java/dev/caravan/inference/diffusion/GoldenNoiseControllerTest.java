package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("golden")
class GoldenNoiseControllerTest {

    static List<GoldenCase> controllers() {
        return GoldenCase.where(manifest -> manifest.at("/calls/0/op").asText().equals("noise_controller"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("controllers")
    void fp32ScalesAreThoseOfTheReference(GoldenCase golden) throws CheckpointException {
        compare(golden, DType.F32, "noise_scale_out", 1e-5);
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("controllers")
    void bf16ScalesAreThoseOfTheReference(GoldenCase golden) throws CheckpointException {
        compare(golden, DType.BF16, "noise_scale_out_bf16_cpu", 5e-3);
    }

    private static void compare(GoldenCase golden, DType precision, String expected, double tolerance) throws CheckpointException {
        NoiseController controller = new NoiseController(1, precision, 0.7);
        int sequence = -1;
        for (JsonNode call : golden.calls()) {
            if (call.path("sequence").asInt() != sequence) {
                sequence = call.path("sequence").asInt();
                controller = new NoiseController(call.path("chunk_size").asInt(), precision, 0.7);
            }
            if (call.path("reset").asBoolean()) {
                controller.reset();
            }
            JsonNode in = call.path("noise_scale_in");
            OptionalDouble sent = in.isNull() ? OptionalDouble.empty() : OptionalDouble.of(in.asDouble());
            double scale = call.path("enabled").asBoolean()
                    ? controller.next(video(golden, call, precision), call.path("frames").asInt(), sent)
                    : controller.hold(sent);
            assertEquals(call.path(expected).asDouble(), scale, tolerance, "call " + call.path("index"));
            if (precision == DType.F32) {
                int first = (int) new FlowMatchSchedule(5).steps(List.of(1000), OptionalDouble.of(scale))[0];
                assertEquals(call.path("first_step_time").asInt(), first);
            }
        }
    }

    private static float[] video(GoldenCase golden, JsonNode call, DType precision) throws CheckpointException {
        float[] video = golden.floats(call.path("inputs").path("video_u8").asText());
        for (int i = 0; i < video.length; i++) {
            video[i] = precision == DType.BF16
                    ? Narrow.roundToBf16(Narrow.roundToBf16(video[i] / 255) * 2 - 1)
                    : video[i] / 255 * 2 - 1;
        }
        return video;
    }
}
