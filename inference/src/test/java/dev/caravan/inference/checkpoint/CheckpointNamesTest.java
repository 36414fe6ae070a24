package dev.caravan.inference.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** From the names in a file to those of the network (spec checkpoints.md §2). */
class CheckpointNamesTest {

    private static Checkpoint with(String... names) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (String name : names) {
            tensors.put(name, StoredTensor.contiguous(name, DType.F32, Shape.of(1), Path.of("x.pt"), 0));
        }
        return new Checkpoint(Path.of("x.pt"), tensors);
    }

    private static List<String> modelNames(String... names) throws CheckpointException {
        Checkpoint named = with(names).modelNames();
        named.tensors().forEach((name, tensor) -> assertEquals(name, tensor.name()));
        return List.copyOf(named.tensors().keySet());
    }

    @Test
    void aPrefixThatAllHaveIsTakenOffOnce() throws CheckpointException {
        assertEquals(List.of("a", "model.b"), modelNames("model.a", "model.model.b"));
    }

    @Test
    void aPrefixThatNotAllHaveStays() throws CheckpointException {
        assertEquals(List.of("model.a", "b"), modelNames("model.a", "b"));
    }

    @Test
    void whatTrainingWrappersInsertIsTakenOutBeforeThat() throws CheckpointException {
        assertEquals(List.of("blocks.0.w", "b"),
                modelNames("model._fsdp_wrapped_module.blocks.0._checkpoint_wrapped_module.w", "_fsdp_wrapped_module.model.b"));
    }

    @Test
    void twoTensorsForOneNameAreRefused() {
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> modelNames("a", "_fsdp_wrapped_module.a"));
        Refusals.said(refusal, "two tensors for the name a");
    }
}
