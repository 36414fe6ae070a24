package dev.caravan.inference.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

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
import org.junit.jupiter.api.Test;

class PicturesTest {

    @Test
    void numbersBecomeBytesByCuttingAndTheColoursOfAPixelComeTogether() {
        Net net = new Net(new Graph("pictures"), name -> null, DType.F32, Provider.CPU);
        Value x = net.input("x", DType.F32, Dim.of(3, 2, 1, 2));
        net.graph().output("rgb", Pictures.frames(net, "rgb", x), Dim.of(2, 1, 2, 3));
        float[] red = {-1, -2, 0, 1};
        float[] green = {1, 3, 0.25f, -0.25f};
        float[] blue = {0.999f, -0.999f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
        float[] all = new float[12];
        System.arraycopy(red, 0, all, 0, 4);
        System.arraycopy(green, 0, all, 4, 4);
        System.arraycopy(blue, 0, all, 8, 4);
        try (OrtSession session = Ort.cpu().load(net.build());
                Tensor in = Ort.cpu().of(DType.F32, Shape.of(3, 2, 1, 2), all);
                Tensor out = Ort.cpu().zeros(DType.U8, Shape.of(2, 1, 2, 3));
                Binding binding = session.bind().input("x", in).output("rgb", out)) {
            binding.run();
            // 254.87 is cut to 254, 127.5 to 127.
            assertArrayEquals(new byte[] {0, -1, -2, 0, -1, 0, 127, (byte) 159, -1, -1, 95, 0}, out.bytes());
        }
    }
}
