package dev.caravan.inference.ort;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class BindingTest {

    private final Device device = Ort.cpu();

    @Test
    void aBoundTensorIsUpdatedInPlaceRunAfterRun() {
        try (OrtSession session = device.load(Graphs.doubling());
                Tensor numbers = device.of(DType.F32, Shape.of(3), new float[] {1, 2, 3});
                Binding binding = session.bind().inPlace("x", "y", numbers)) {
            binding.run();
            binding.run();
            assertArrayEquals(new float[] {4, 8, 12}, numbers.floats());
        }
    }

    @Test
    void aCacheIsWrittenInPlaceAndNothingIsCopied() {
        try (OrtSession session = device.load(Graphs.cacheUpdate());
                Tensor cache = device.of(DType.F32, Shape.of(4, 2), new float[] {1, 1, 2, 2, 3, 3, 4, 4});
                Tensor slots = device.of(Shape.of(2, 1), new long[] {2, 0});
                Tensor rows = device.of(DType.F32, Shape.of(2, 2), new float[] {30, 31, 10, 11});
                Binding binding = session.bind().inPlace("cache", "updated", cache).input("slots", slots).input("rows", rows)) {
            long toDevice = device.transfers().bytesToDevice();
            long toHost = device.transfers().bytesToHost();
            long within = device.transfers().bytesWithinDevice();
            binding.run();
            binding.run();
            assertEquals(toDevice, device.transfers().bytesToDevice());
            assertEquals(toHost, device.transfers().bytesToHost());
            assertEquals(within, device.transfers().bytesWithinDevice());
            assertArrayEquals(new float[] {10, 11, 2, 2, 30, 31, 4, 4}, cache.floats());
        }
    }

    @Test
    void tensorsMayBeTiedAnewBetweenRunsEvenWithAnotherShape() {
        try (OrtSession session = device.load(Graphs.doubling());
                Tensor three = device.of(DType.F32, Shape.of(3), new float[] {1, 2, 3});
                Tensor two = device.of(DType.F32, Shape.of(2), new float[] {7, 8});
                Tensor out = device.zeros(DType.F32, Shape.of(3));
                Binding binding = session.bind().input("x", three).output("y", out)) {
            binding.run();
            assertArrayEquals(new float[] {2, 4, 6}, out.floats());
            binding.input("x", two).output("y", out.view(1, Shape.of(2))).run();
            assertArrayEquals(new float[] {2, 14, 16}, out.floats());
        }
    }

    @Test
    void aWrongShapeIsRefusedWithTheLibrarysWordsAndTheNextRunWorks() {
        try (OrtSession session = device.load(Graphs.product());
                Tensor square = device.of(DType.F32, Shape.of(2, 2), new float[] {1, 0, 0, 1});
                Tensor wide = device.zeros(DType.F32, Shape.of(2, 5));
                Tensor out = device.zeros(DType.F32, Shape.of(2, 2));
                Binding binding = session.bind().input("a", square).input("b", wide).output("c", out)) {
            OrtException refusal = assertThrows(OrtException.class, binding::run);
            assertTrue(refusal.getMessage().contains("invalid dimensions for input: b"), refusal.getMessage());
            binding.input("b", square).run();
            assertArrayEquals(new float[] {1, 0, 0, 1}, out.floats());
        }
    }

    @Test
    void anInputNotTiedIsRefusedBeforeAnythingRuns() {
        try (OrtSession session = device.load(Graphs.product());
                Tensor square = device.zeros(DType.F32, Shape.of(2, 2));
                Binding binding = session.bind().input("a", square).output("c", square)) {
            OrtException refusal = assertThrows(OrtException.class, binding::run);
            assertEquals("not every input is tied to a tensor: there are [a, b], tied are [in a, out c]", refusal.getMessage());
            assertEquals(2, refusal.code());
        }
    }

    @Test
    void aTensorOfAnotherTypeIsRefused() {
        try (OrtSession session = device.load(Graphs.doubling());
                Tensor whole = device.of(Shape.of(2), new long[] {1, 2});
                Tensor out = device.zeros(DType.F32, Shape.of(2));
                Binding binding = session.bind().input("x", whole).output("y", out)) {
            OrtException refusal = assertThrows(OrtException.class, binding::run);
            assertTrue(refusal.getMessage().contains("Unexpected input data type"), refusal.getMessage());
        }
    }

    @Test
    void aNameTheModelDoesNotHaveIsRefusedByName() {
        try (OrtSession session = device.load(Graphs.doubling());
                Tensor x = device.zeros(DType.F32, Shape.of(2));
                Binding binding = session.bind()) {
            String refusal = assertThrows(IllegalArgumentException.class, () -> binding.input("z", x)).getMessage();
            assertEquals("the model has no z; it has [x] and [y]", refusal);
        }
    }

    @Test
    void aTensorClosedTooEarlyIsAnExceptionAndNoCrash() {
        try (OrtSession session = device.load(Graphs.doubling());
                Binding binding = session.bind()) {
            Tensor whole = device.zeros(DType.F32, Shape.of(4));
            Tensor part = whole.view(Shape.of(2));
            binding.inPlace("x", "y", part);
            binding.run();
            whole.close();
            assertThrows(IllegalStateException.class, binding::run);
            assertThrows(IllegalStateException.class, () -> binding.input("x", part));
            part.close();
        }
    }

    @Test
    void recordingChangesNothingOnTheCpu() {
        try (OrtSession session = device.load(Graphs.doubling(), SessionSettings.DEFAULT.withGraphs());
                Tensor x = device.of(DType.F32, Shape.of(1), new float[] {1});
                Binding binding = session.bind().inPlace("x", "y", x).captured()) {
            binding.run();
            binding.run();
            assertArrayEquals(new float[] {4}, x.floats());
        }
    }

    @Test
    void aRunLeavesNextToNothingOnTheHeap() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (OrtSession session = device.load(Graphs.doubling());
                Tensor x = device.zeros(DType.F32, Shape.of(2));
                Binding binding = session.bind().inPlace("x", "y", x)) {
            int runs = 2000;
            // On the device's own thread, so that all of it is counted; the first ones load classes.
            long bytes = device.call(() -> {
                for (int i = 0; i < runs; i++) {
                    binding.run();
                }
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < runs; i++) {
                    binding.input("x", x);
                    binding.run();
                }
                return threads.getCurrentThreadAllocatedBytes() - before;
            });
            assertTrue(bytes / runs < 1024, bytes / runs + " bytes a run");
        }
    }
}
