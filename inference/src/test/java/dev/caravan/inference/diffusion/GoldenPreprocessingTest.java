package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("golden")
class GoldenPreprocessingTest {

    static List<GoldenCase> preprocessings() {
        return GoldenCase.where(manifest -> manifest.has("frame_sampling"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("preprocessings")
    void theSampledPicturesAreThoseOfTheReference(GoldenCase golden) {
        for (JsonNode sampling : golden.manifest().path("frame_sampling")) {
            int[] expected = sampling.path("indices").valueStream().mapToInt(JsonNode::asInt).toArray();
            int[] found = VideoPreprocessing.sample(sampling.path("frames").asInt(), sampling.path("target").asInt());
            assertArrayEquals(expected, found, sampling.toString());
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("preprocessings")
    void videosAndMasksBecomeTheRecordedNumbers(GoldenCase golden) throws CheckpointException {
        for (JsonNode call : golden.calls()) {
            int wanted = call.path("target_frames").asInt();
            JsonNode expect = call.path("expect");
            switch (call.path("op").asText()) {
                case "preprocess_video" -> {
                    List<Raster> frames = rasters(golden, call);
                    float[] fp32 = at(call, DType.F32).video(frames, wanted);
                    Deviation.within("video", golden.floats(expect.path("video").asText()), fp32, 1e-5);
                    withinOneUlpOfBf16(golden.floats(expect.path("video_bf16").asText()), at(call, DType.BF16).video(frames, wanted));
                }
                case "preprocess_masks" -> {
                    List<Raster> masks = rasters(golden, call);
                    float[] fp32 = at(call, DType.F32).masks(masks, wanted);
                    Deviation.within("masks", golden.floats(expect.path("masks").asText()), fp32, 1e-5);
                    float[] bf16 = at(call, DType.BF16).masks(masks, wanted);
                    float[] expected = golden.floats(expect.path("masks_from_bf16_frames").asText());
                    Deviation.within("masks of bf16", expected, bf16, 1e-5);
                }
                case "postprocess" -> {
                    // A part of the decoders' graphs.
                }
                default -> throw new AssertionError("unknown: " + call.path("op"));
            }
        }
    }

    private static VideoPreprocessing at(JsonNode call, DType precision) {
        return new VideoPreprocessing(call.path("size").path(1).asInt(), call.path("size").path(0).asInt(), precision);
    }

    private static List<Raster> rasters(GoldenCase golden, JsonNode call) throws CheckpointException {
        List<Raster> rasters = new ArrayList<>();
        for (JsonNode name : call.path("inputs")) {
            Shape shape = golden.stored(name.asText()).shape();
            rasters.add(new Raster(bytes(golden.floats(name.asText())), (int) shape.dim(1), (int) shape.dim(0)));
        }
        return rasters;
    }

    private static byte[] bytes(float[] values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static void withinOneUlpOfBf16(float[] expected, float[] found) {
        assertEquals(expected.length, found.length);
        int different = 0;
        for (int i = 0; i < found.length; i++) {
            assertEquals(0, Float.floatToRawIntBits(found[i]) & 0xFFFF, "not a bf16 number: " + found[i]);
            // The rounding that was not repeated happened between 0 and 1, before 1 was taken away.
            float ulp = Math.max(Math.ulp(expected[i]) * 0x1p16f, 0x1p-7f);
            assertTrue(Math.abs(expected[i] - found[i]) <= ulp, i + ": " + expected[i] + " expected, " + found[i] + " found");
            different += expected[i] == found[i] ? 0 : 1;
        }
        assertTrue(different <= found.length / 100, different + " of " + found.length + " numbers are rounded otherwise");
    }
}
