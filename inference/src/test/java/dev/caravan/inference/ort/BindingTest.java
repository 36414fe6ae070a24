package dev.caravan.inference.ort;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import org.junit.jupiter.api.Test;

class BindingTest {

    @Test
    void aBoundTensorIsUpdatedInPlaceRunAfterRun() {
        Net net = new Net(new Graph("doubling"), name -> null, DType.F32, Provider.CPU);
        Value x = net.input("x", DType.F32, Dim.named("n"));
        net.graph().output("y", net.add("twice", x, x), Dim.named("n"));
        try (OrtSession session = Ort.cpu().load(net.build());
                Tensor numbers = Ort.cpu().of(DType.F32, Shape.of(3), new float[] {1, 2, 3});
                Binding binding = session.bind().inPlace("x", "y", numbers)) {
            binding.run();
            binding.run();
            assertArrayEquals(new float[] {4, 8, 12}, numbers.floats());
        }
    }
}
