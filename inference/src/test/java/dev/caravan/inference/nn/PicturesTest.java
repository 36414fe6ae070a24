package dev.caravan.inference.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PicturesTest {

    static Stream<Arguments> postprocessings() {
        return GoldenCase.where(manifest -> manifest.has("frame_sampling")).stream()
                .flatMap(golden -> golden.calls().stream()
                        .filter(call -> call.path("op").asText().equals("postprocess"))
                        .map(call -> Arguments.of(golden, call)));
    }

    @Test
    void numbersBecomeBytesByCuttingAndTheColoursOfAPixelComeTogether() {
        float[] red = {-1, -2, 0, 1};
        float[] green = {1, 3, 0.25f, -0.25f};
        float[] blue = {0.999f, -0.999f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        float[] all = new float[12];
        System.arraycopy(red, 0, all, 0, 4);
        System.arraycopy(green, 0, all, 4, 4);
        System.arraycopy(blue, 0, all, 8, 4);
        // 254.87 is cut to 254, 127.5 to 127.
        assertArrayEquals(new byte[] {0, -1, -2, 0, -1, 0, 127, (byte) 159, -1, -1, 95, 0}, frames(all, 2, 1, 2));
    }

    @Tag("golden")
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("postprocessings")
    void theBytesAreThoseOfTheReference(GoldenCase golden, JsonNode call) throws CheckpointException {
        String in = call.at("/inputs/video").asText();
        Shape shape = golden.stored(in).shape();
        int frames = (int) shape.dim(0);
        int pixels = (int) (shape.dim(2) * shape.dim(3));
        float[] recorded = golden.floats(in);
        float[] video = new float[recorded.length];
        for (int t = 0; t < frames; t++) {
            for (int c = 0; c < 3; c++) {
                System.arraycopy(recorded, (t * 3 + c) * pixels, video, (c * frames + t) * pixels, pixels);
            }
        }
        byte[] bytes = frames(video, frames, (int) shape.dim(2), (int) shape.dim(3));
        float[] expected = golden.floats(call.at("/expect/frames_u8").asText());
        assertEquals(expected.length, bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            assertEquals((int) expected[i], bytes[i] & 255, "byte " + i);
        }
    }

    /** [3,T,H,W] to [T,H,W,3]. */
    private static byte[] frames(float[] video, int frames, int height, int width) {
        Net net = new Net(new Graph("pictures"), Weights.NONE, DType.F32, Provider.CPU);
        Value x = net.input("x", DType.F32, Dim.of(3, frames, height, width));
        net.graph().output("rgb", Pictures.frames(net, "rgb", x), Dim.of(frames, height, width, 3));
        try (OrtSession session = Ort.cpu().load(net.build());
                Tensor in = Ort.cpu().of(DType.F32, Shape.of(3, frames, height, width), video);
                Tensor out = Ort.cpu().zeros(DType.U8, Shape.of(frames, height, width, 3));
                Binding binding = session.bind().input("x", in).output("rgb", out)) {
            binding.run();
            return out.bytes();
        }
    }
}
