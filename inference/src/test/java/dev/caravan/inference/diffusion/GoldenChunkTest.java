package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.PhiloxNoise.Grid;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What happens in recorded chunks between the networks: their recorded outputs stand in for them. */
@Tag("golden")
class GoldenChunkTest {

    static List<GoldenCase> wholeChunks() {
        return GoldenCase.where(manifest -> manifest.path("calls").path(0).path("op").asText().equals("chunk"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("wholeChunks")
    void noiseIsDrawnFromTheChunksOwnGenerator(GoldenCase golden) throws CheckpointException {
        for (JsonNode chunk : golden.calls()) {
            JsonNode draws = chunk.at("/state/noise");
            for (int k = 0; k < draws.size(); k++) {
                PhiloxNoise noise = new PhiloxNoise(draws.get(k).path("seed").asLong(), draws.get(k).path("offset").asLong(), Grid.HOPPER);
                float[] expected = input(golden, chunk, "noise" + k);
                Deviation.ofNormals("noise " + k, expected, noise.normals(expected.length));
            }
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("wholeChunks")
    void eachStepBeginsWithTheRecordedLatents(GoldenCase golden) throws CheckpointException {
        FlowMatchSchedule schedule = new FlowMatchSchedule((float) golden.manifest().at("/config/timestep_shift").asDouble(5));
        for (JsonNode chunk : golden.calls()) {
            float[] x = input(golden, chunk, "noise0");
            if (chunk.path("expect").has("encoded_latents")) {
                float[] encoded = golden.floats(chunk.at("/expect/encoded_latents").asText());
                x = FlowSteps.mix(encoded, x, (float) chunk.at("/state/noise_scale_after").asDouble());
            }
            List<JsonNode> steps = denoisePasses(chunk);
            for (int k = 0; k < steps.size(); k++) {
                if (k > 0) {
                    float[] x0 = golden.floats(steps.get(k - 1).at("/expect/x0").asText());
                    x = FlowSteps.addNoise(schedule, x0, input(golden, chunk, "noise" + k), steps.get(k).path("t").floatValue());
                }
                float[] expected = golden.floats(steps.get(k).at("/expect/x_in").asText());
                Deviation.relative("chunk " + chunk.path("index") + " step " + k, expected, x, 1e-5);
            }
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("wholeChunks")
    void videosAreSampledScaledAndGiveTheRecordedStepTimes(GoldenCase golden) throws CheckpointException {
        int block = golden.config("num_frame_per_block");
        NoiseController controller = new NoiseController(Math.max(1, block), DType.F32, 0.7);
        for (JsonNode chunk : golden.calls()) {
            JsonNode request = chunk.path("request");
            OptionalDouble noiseScale = OptionalDouble.empty();
            if (request.path("mode").asText().equals("video")) {
                boolean first = chunk.at("/state/start_frame").asInt() == 0;
                if (first) {
                    controller.reset();
                }
                int frames = 4 * block + (first ? 1 : 0);
                float[] video = video(golden, chunk, frames);
                float[] last = golden.floats(chunk.at("/expect/preprocessed_last_frame").asText());
                Deviation.within("last frame", last, lastFrame(video, frames), 1e-5);
                OptionalDouble sent = OptionalDouble.of(request.path("noise_scale").asDouble(0.7));
                noiseScale = OptionalDouble.of(
                        request.path("noise_controller").asBoolean(true) ? controller.next(video, frames, sent) : controller.hold(sent));
                assertEquals(chunk.at("/state/noise_scale_after").asDouble(), noiseScale.getAsDouble(), 1e-5);
            }
            List<Integer> list = request.path("denoising_step_list").valueStream().map(JsonNode::asInt).toList();
            float[] steps = new FlowMatchSchedule(5).steps(list, noiseScale);
            List<JsonNode> passes = denoisePasses(chunk);
            assertEquals(passes.size(), steps.length);
            for (int k = 0; k < steps.length; k++) {
                assertEquals(passes.get(k).path("t").asInt(), steps[k]);
            }
        }
    }

    private static List<JsonNode> denoisePasses(JsonNode chunk) {
        return chunk.path("passes").valueStream().filter(pass -> pass.path("kind").asText().equals("denoise")).toList();
    }

    private static float[] input(GoldenCase golden, JsonNode chunk, String name) throws CheckpointException {
        return golden.floats(chunk.path("inputs").path(name).asText());
    }

    /** The chunk's pictures [T,H0,W0,3] as the network sees them. */
    private static float[] video(GoldenCase golden, JsonNode chunk, int wanted) throws CheckpointException {
        Shape shape = golden.stored(chunk.at("/inputs/video_u8").asText()).shape();
        float[] bytes = input(golden, chunk, "video_u8");
        int size = bytes.length / (int) shape.dim(0);
        List<Raster> pictures = new ArrayList<>();
        for (int t = 0; t < shape.dim(0); t++) {
            byte[] picture = new byte[size];
            for (int i = 0; i < size; i++) {
                picture[i] = (byte) bytes[t * size + i];
            }
            pictures.add(new Raster(picture, (int) shape.dim(2), (int) shape.dim(1)));
        }
        JsonNode pixels = golden.manifest().path("pixel_size");
        return new VideoPreprocessing(pixels.path(1).asInt(), pixels.path(0).asInt(), DType.F32).video(pictures, wanted);
    }

    private static float[] lastFrame(float[] video, int frames) {
        int plane = video.length / 3 / frames;
        float[] last = new float[3 * plane];
        for (int c = 0; c < 3; c++) {
            System.arraycopy(video, (c * frames + frames - 1) * plane, last, c * plane, plane);
        }
        return last;
    }
}
