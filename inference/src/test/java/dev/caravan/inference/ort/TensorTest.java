package dev.caravan.inference.ort;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class TensorTest {

    private final Device device = Ort.cpu();

    @Test
    void numbersAreRoundedToTheTypeAndComeBack() {
        try (Tensor exact = device.of(DType.F32, Shape.of(2), new float[] {0.1f, -3});
                Tensor coarse = device.of(DType.BF16, Shape.of(2), new float[] {0.1f, -3});
                Tensor half = device.of(DType.F16, Shape.of(2), new float[] {0.1f, 70000})) {
            assertArrayEquals(new float[] {0.1f, -3}, exact.floats());
            assertArrayEquals(new float[] {0.100097656f, -3}, coarse.floats());
            assertArrayEquals(new float[] {0.099975586f, Float.POSITIVE_INFINITY}, half.floats());
        }
    }

    @Test
    void aViewSharesTheMemoryOfItsTensor() {
        try (Tensor whole = device.of(DType.F32, Shape.of(2, 3), new float[] {1, 2, 3, 4, 5, 6});
                Tensor second = whole.view(3, Shape.of(3));
                Tensor last = second.view(2, Shape.of(1))) {
            second.write(new float[] {7, 8, 9});
            last.zero();
            assertArrayEquals(new float[] {1, 2, 3, 7, 8, 0}, whole.floats());
            assertThrows(IllegalArgumentException.class, () -> whole.view(4, Shape.of(3)));
            assertThrows(IllegalArgumentException.class, () -> whole.view(-1, Shape.of(3)));
            assertThrows(IllegalArgumentException.class, () -> whole.view(5, Shape.of(Long.MAX_VALUE / 4)));
        }
    }

    @Test
    void rangesThatOverlapAreCopiedAsIfTheyDidNot() {
        try (Tensor whole = device.of(DType.F32, Shape.of(5), new float[] {1, 2, 3, 4, 5});
                Tensor to = whole.view(0, Shape.of(3));
                Tensor from = whole.view(2, Shape.of(3))) {
            to.copyFrom(from);
            assertArrayEquals(new float[] {3, 4, 5, 4, 5}, whole.floats());
        }
    }

    @Test
    void itIsReadIntoAndWrittenFromMemoryOfTheCallingThread() {
        try (Arena arena = Arena.ofConfined();
                Tensor tensor = device.of(Shape.of(2), new long[] {5, 6})) {
            MemorySegment into = arena.allocate(16);
            tensor.read(into);
            into.setAtIndex(ValueLayout.JAVA_LONG, 0, 7);
            tensor.write(into);
            tensor.read(into);
            assertEquals(7, into.getAtIndex(ValueLayout.JAVA_LONG, 0));
            assertEquals(6, into.getAtIndex(ValueLayout.JAVA_LONG, 1));
            assertThrows(IllegalArgumentException.class, () -> tensor.read(into.asSlice(8)));
        }
    }

    @Test
    void theWrongNumberOfNumbersIsRefused() {
        try (Tensor tensor = device.zeros(DType.F32, Shape.of(2));
                Tensor other = device.zeros(DType.F32, Shape.of(3));
                Tensor whole = device.zeros(DType.I64, Shape.of(2))) {
            assertThrows(IllegalArgumentException.class, () -> tensor.write(new float[3]));
            assertThrows(IllegalArgumentException.class, () -> tensor.copyFrom(other));
            assertThrows(IllegalArgumentException.class, () -> whole.write(new float[2]));
            assertThrows(IllegalArgumentException.class, () -> device.of(DType.I64, Shape.of(2), new float[2]));
        }
    }

    @Test
    void whatIsClosedIsNotRead() {
        Tensor whole = device.zeros(DType.F32, Shape.of(4));
        Tensor part = whole.view(Shape.of(2));
        whole.close();
        whole.close();
        assertThrows(IllegalStateException.class, whole::floats);
        assertThrows(IllegalStateException.class, part::zero);
        assertThrows(IllegalStateException.class, () -> part.view(Shape.of(1)));
        part.close();
    }

    @Test
    void whatItHoldsIsCountedUntilItIsClosed() {
        long before = device.memory().tensors();
        try (Tensor tensor = device.zeros(DType.BF16, Shape.of(1000));
                Tensor view = tensor.view(Shape.of(10))) {
            assertEquals(before + 2000, device.memory().tensors());
        }
        assertEquals(before, device.memory().tensors());
    }

    @Test
    void aTensorThatDoesNotFitSaysSo() {
        OrtException refusal = assertThrows(OrtException.class, () -> device.zeros(DType.F32, Shape.of(1L << 48)));
        assertTrue(refusal.outOfMemory(), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("1125899906842624 bytes"), refusal.getMessage());
        assertThrows(OrtException.class, () -> device.zeros(DType.U8, Shape.of(Long.MAX_VALUE)));
    }

    @Test
    void aTensorOfNothingIsOne() {
        try (Tensor nothing = device.zeros(DType.F32, Shape.of(0, 3))) {
            assertEquals(0, nothing.floats().length);
        }
    }
}
