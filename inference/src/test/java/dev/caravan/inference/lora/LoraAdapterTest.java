package dev.caravan.inference.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.checkpoint.ByteProgress;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.DerivedWeights;
import dev.caravan.inference.checkpoint.NewTensor;
import dev.caravan.inference.checkpoint.SafetensorsWriter;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoraAdapterTest {

    @TempDir
    private Path folder;

    private Path write(String name, NewTensor... tensors) throws CheckpointException {
        Path file = folder.resolve(name);
        SafetensorsWriter.write(file, List.of(tensors), Map.of(), ByteProgress.NONE);
        return file;
    }

    private static NewTensor f32(String name, Shape shape, float... values) {
        return NewTensor.of(name, DType.F32, shape, values);
    }

    @ParameterizedTest
    @CsvSource({
        "base_model.model.blocks.3.ffn.2.lora_A.weight, blocks.3.ffn.2, DOWN",
        "base_model.model.blocks.3.ffn.2.lora_B.default.weight, blocks.3.ffn.2, UP",
        "diffusion_model.blocks.0.self_attn.q.lora_up.weight, blocks.0.self_attn.q, UP",
        "lora_unet_blocks_29_cross_attn_k.lora_down.weight, blocks.29.cross_attn.k, DOWN",
        "lora_unet_blocks_1_ffn_0.alpha, blocks.1.ffn.0, ALPHA",
        "blocks.0.self_attn.o.lora_B.weight, blocks.0.self_attn.o, UP"
    })
    void aTensorsNameSaysItsLayerAndItsPart(String name, String module, LoraKey.Part part) {
        LoraKey key = LoraKey.of(name).orElseThrow();
        assertEquals(module, key.module());
        assertEquals(part, key.part());
    }

    @ParameterizedTest
    @CsvSource({"lora_unet_blocks_0_norm3.diff_b", "blocks.0.self_attn.norm_q.diff", "blocks.0.self_attn.q.weight"})
    void aTensorOfNoPairHasNoPart(String name) {
        assertEquals(Optional.empty(), LoraKey.of(name));
    }

    @Test
    void alphaCountsInFilesOfTrainersAndNotInConvertedOnes() throws CheckpointException {
        Shape down = Shape.of(2, 1);
        Shape up = Shape.of(1, 2);
        Path trainer = write("trainer.safetensors", f32("m.lora_down.weight", down, 1, 2), f32("m.lora_up.weight", up, 3, 4),
                f32("m.alpha", Shape.of(), 1));
        Path converted = write("converted.safetensors", f32("diffusion_model.m.lora_A.weight", down, 1, 2),
                f32("diffusion_model.m.lora_B.weight", up, 3, 4), f32("diffusion_model.m.alpha", Shape.of(), 1));
        assertEquals(0.5f, LoraAdapter.open(trainer).pairs().getFirst().scale());
        assertEquals(1, LoraAdapter.open(converted).pairs().getFirst().scale());
    }

    @Test
    void twoPairsForOneLayerAreRefused() throws CheckpointException {
        Path file = write("twice.safetensors",
                f32("m.lora_A.weight", Shape.of(1, 1), 1), f32("diffusion_model.m.lora_A.weight", Shape.of(1, 1), 1));
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> LoraAdapter.open(file));
        assertEquals("twice.safetensors adapts m twice", refusal.getMessage());
    }

    @Test
    void anAdapterOfAnotherSizeIsRefusedByItsLayer() throws CheckpointException {
        Checkpoint base = Checkpoint.open(write("base.safetensors", f32("m.weight", Shape.of(2, 2), 1, 2, 3, 4)));
        LoraAdapter adapter = LoraAdapter.open(
                write("a.safetensors", f32("m.lora_A.weight", Shape.of(1, 3), 1, 2, 3), f32("m.lora_B.weight", Shape.of(2, 1), 1, 2)));
        try (LoraMerge merge = new LoraMerge(Ort.cpu(), List.of(new LoraMerge.Applied(adapter, 1)), Optional.empty())) {
            CheckpointException refusal = assertThrows(CheckpointException.class, () -> merge.changed(base));
            assertEquals("a.safetensors was trained for another base model: for m it has [2,1] times [1,3], this model has [2,2]; choose an"
                    + " adapter made for this one", refusal.getMessage());
        }
    }

    @Test
    void mergingRoundsOnceAndOnlyTouchesWhatIsAdapted() throws CheckpointException {
        Checkpoint base = Checkpoint.open(write("base.safetensors",
                NewTensor.of("m.weight", DType.BF16, Shape.of(1, 2), 256, 1), NewTensor.of("m.bias", DType.BF16, Shape.of(1), 5)));
        // 256 + 0.75 + 0.5 is 257.25, nearer to 258 than to 256; rounded summand by summand it would stay 256.
        LoraAdapter adapter = LoraAdapter.open(write("a.safetensors",
                f32("m.lora_A.weight", Shape.of(2, 2), 0.75f, 0, 0.5f, 0), f32("m.lora_B.weight", Shape.of(1, 2), 1, 1)));
        try (LoraMerge merge = new LoraMerge(Ort.cpu(), List.of(new LoraMerge.Applied(adapter, 1)), Optional.empty())) {
            Checkpoint merged = new DerivedWeights(folder).of("m", base, merge, ByteProgress.NONE);
            assertEquals(DType.BF16, merged.require("m.weight").dtype());
            assertArrayEquals(new float[] {258, 1}, Checkpoint.floats(merged.require("m.weight")));
            assertSame(base.require("m.bias"), merged.require("m.bias"));
        }
        try (LoraMerge none = new LoraMerge(Ort.cpu(), List.of(new LoraMerge.Applied(adapter, 0)), Optional.empty())) {
            assertTrue(none.changed(base).isEmpty());
        }
    }

    @Test
    void whatDoesNothingToAModelIsListed() throws CheckpointException {
        Checkpoint base = Checkpoint.open(write("base.safetensors", f32("m.weight", Shape.of(1, 1), 1), f32("n.weight", Shape.of(1), 1)));
        LoraAdapter adapter = LoraAdapter.open(write("a.safetensors",
                f32("m.lora_A.weight", Shape.of(1, 1), 1), f32("m.lora_B.weight", Shape.of(1, 1), 1), f32("m.alpha", Shape.of(), 1),
                f32("m.diff_b", Shape.of(1), 1), f32("half.lora_A.weight", Shape.of(1, 1), 1),
                // A weight of one axis is none of a linear layer.
                f32("n.lora_A.weight", Shape.of(1, 1), 1), f32("n.lora_B.weight", Shape.of(1, 1), 1)));
        assertEquals(List.of("m"), adapter.fitting(base).stream().map(LoraPair::module).toList());
        assertEquals(Set.of("m.diff_b", "half.lora_A.weight", "n.lora_A.weight", "n.lora_B.weight"), Set.copyOf(adapter.unused(base)));
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void numbersThatAreNotFiniteAreRefusedByTheirLayer(float bad) throws CheckpointException {
        Checkpoint base = Checkpoint.open(write("base.safetensors", f32("m.weight", Shape.of(1, 1), 1)));
        LoraAdapter adapter = LoraAdapter.open(
                write("a.safetensors", f32("m.lora_A.weight", Shape.of(1, 1), bad), f32("m.lora_B.weight", Shape.of(1, 1), 1)));
        String expected = "a.safetensors cannot be used: for m it has numbers that are not finite, as a training that failed leaves them";
        assertEquals(expected, assertThrows(CheckpointException.class, adapter.pairs().getFirst()::requireFinite).getMessage());
        try (LoraMerge merge = new LoraMerge(Ort.cpu(), List.of(new LoraMerge.Applied(adapter, 1)), Optional.empty())) {
            DerivedWeights derived = new DerivedWeights(folder.resolve("derived"));
            assertEquals(expected, assertThrows(
                    CheckpointException.class, () -> derived.of("m", base, merge, ByteProgress.NONE)).getMessage());
        }
        Path alpha = write("alpha.safetensors", f32("m.lora_A.weight", Shape.of(1, 1), 1), f32("m.lora_B.weight", Shape.of(1, 1), 1),
                f32("m.alpha", Shape.of(), bad));
        assertEquals("alpha.safetensors cannot be used: m.alpha is no finite number",
                assertThrows(CheckpointException.class, () -> LoraAdapter.open(alpha)).getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8193})
    void aRankNobodyTrainsIsRefused(int rank) throws CheckpointException {
        Checkpoint base = Checkpoint.open(write("base.safetensors", f32("m.weight", Shape.of(1, 1), 1)));
        LoraAdapter adapter = LoraAdapter.open(write("a.safetensors", f32("m.lora_A.weight", Shape.of(rank, 1), new float[rank]),
                f32("m.lora_B.weight", Shape.of(1, rank), new float[rank])));
        assertEquals("a.safetensors cannot be used: for m it has rank " + rank + ", and 1 to 8192 is known",
                assertThrows(CheckpointException.class, () -> adapter.fitting(base)).getMessage());
    }

    @Test
    void namesOfAStrangersFileAreCutAndCleanedInMessages() throws CheckpointException {
        String name = "m\u202e\u001b" + "x".repeat(5000);
        Path file = write("twice.safetensors", f32(name + ".lora_A.weight", Shape.of(1, 1), 1),
                f32("diffusion_model." + name + ".lora_A.weight", Shape.of(1, 1), 1));
        assertEquals("twice.safetensors adapts m??" + "x".repeat(77) + "... twice",
                assertThrows(CheckpointException.class, () -> LoraAdapter.open(file)).getMessage());
    }
}
