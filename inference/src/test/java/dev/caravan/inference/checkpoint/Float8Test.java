package dev.caravan.inference.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Float8Test {

    @TempDir
    private Path folder;

    @Test
    void eachMatrixIsScaledToTheLargestNumberOfItsType() throws Exception {
        Checkpoint source = file(NewTensor.of("a.weight", DType.F32, Shape.of(2, 2), 0.5f, -2, 0.25f, 1), bias("a.bias"));
        Checkpoint quantized = quantized(source, Float8.each());
        assertEquals(DType.F8_E4M3, quantized.require("a.weight").dtype());
        assertArrayEquals(new float[] {2f / 448}, Checkpoint.floats(quantized.require("a.weight_scale")));
        // 0.5 / (2/448) and so on: all of them numbers that e4m3 has.
        assertArrayEquals(new float[] {112, -448, 56, 224}, Checkpoint.floats(quantized.require("a.weight")));
        assertEquals(DType.F32, quantized.require("a.bias").dtype());
    }

    @Test
    void whatIsReadBackIsNearAnEighthOfAStepOfWhatWasThere() throws Exception {
        Random random = new Random(3);
        float[] numbers = new float[6 * 50];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) random.nextGaussian() * 0.02f;
        }
        Checkpoint quantized = quantized(file(NewTensor.of("w.weight", DType.F32, Shape.of(6, 50), numbers)), Float8.each());
        float scale = Checkpoint.floats(quantized.require("w.weight_scale"))[0];
        float[] back = Checkpoint.floats(quantized.require("w.weight"));
        for (int i = 0; i < numbers.length; i++) {
            // Three bits behind the first: half a step is a sixteenth. Below the smallest normal number steps stay 2^-9.
            double allowed = Math.max(Math.abs(numbers[i]) / 16, scale * 0x1p-10) * 1.0001;
            assertEquals(numbers[i], back[i] * scale, allowed);
        }
    }

    @Test
    void matricesThatShareAScaleHaveThatOfTheLargest() throws Exception {
        Checkpoint source = file(
                NewTensor.of("b.q.weight", DType.F32, Shape.of(1, 2), 1, 2), NewTensor.of("b.k.weight", DType.F32, Shape.of(1, 2), 4, 1),
                NewTensor.of("b.o.weight", DType.F32, Shape.of(1, 2), 1, 1));
        Checkpoint quantized = quantized(source, new Float8(name -> name.replaceFirst("\\.[qk]\\.", ".qk.")));
        assertEquals(4f / 448, Checkpoint.floats(quantized.require("b.q.weight_scale"))[0]);
        assertEquals(4f / 448, Checkpoint.floats(quantized.require("b.k.weight_scale"))[0]);
        assertEquals(1f / 448, Checkpoint.floats(quantized.require("b.o.weight_scale"))[0]);
    }

    @Test
    void convolutionsNormsAndWholeNumbersStayAsTheyAre() throws Exception {
        Checkpoint source = file(
                NewTensor.of("patch_embedding.weight", DType.F32, Shape.of(1, 2, 1, 1, 1), 1, 2),
                NewTensor.of("norm.weight", DType.F32, Shape.of(2), 1, 2), NewTensor.of("modulation", DType.F32, Shape.of(1, 2), 1, 2));
        assertEquals(List.of(), Float8.each().changed(source));
    }

    @Test
    void aMatrixOfZerosStaysOne() throws Exception {
        Checkpoint quantized = quantized(file(NewTensor.of("z.weight", DType.F32, Shape.of(1, 3), 0, 0, 0)), Float8.each());
        assertArrayEquals(new float[3], Checkpoint.floats(quantized.require("z.weight")));
        assertEquals(1, Checkpoint.floats(quantized.require("z.weight_scale"))[0]);
    }

    @Test
    void infinityIsRefusedByTheNameOfItsMatrix() throws Exception {
        Checkpoint source = file(NewTensor.of("bad.weight", DType.F32, Shape.of(1, 2), 1, Float.POSITIVE_INFINITY));
        CheckpointException refused = assertThrows(CheckpointException.class, () -> quantized(source, Float8.each()));
        assertTrue(refused.getMessage().contains("bad.weight has numbers that are none"), refused.getMessage());
    }

    private static NewTensor bias(String name) {
        return NewTensor.of(name, DType.F32, Shape.of(2), 1, 2);
    }

    private Checkpoint file(NewTensor... tensors) throws IOException, CheckpointException {
        Path file = folder.resolve("source.safetensors");
        SafetensorsWriter.write(file, List.of(tensors), Map.of(), ByteProgress.NONE);
        return Checkpoint.open(file);
    }

    private Checkpoint quantized(Checkpoint source, Float8 recipe) throws CheckpointException {
        return new DerivedWeights(folder.resolve("derived")).of("model", source, recipe, ByteProgress.NONE);
    }
}
