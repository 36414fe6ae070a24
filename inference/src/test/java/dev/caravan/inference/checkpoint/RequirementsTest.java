package dev.caravan.inference.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RequirementsTest {

    private static final Path FILE = Path.of("folder", "model.pt");

    private static Checkpoint with(Map<String, String> unreadable, String... names) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (String name : names) {
            tensors.put(name, StoredTensor.contiguous(name, DType.F32, Shape.of(2, 2), FILE, 0));
        }
        return new Checkpoint(FILE, tensors, unreadable);
    }

    private static Map<String, Shape> shapes(String... names) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (String name : names) {
            shapes.put(name, Shape.of(2, 2));
        }
        return shapes;
    }

    @Test
    void whatTheNetworkDoesNotKnowIsGivenForAWarning() throws CheckpointException {
        assertEquals(Set.of("c", "d"), new Requirements(shapes("a", "b")).check(with(Map.of(), "a", "b", "c", "d")));
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() {
        Map<String, Shape> shapes = shapes("a", "b", "c", "d");
        shapes.put("e", Shape.of(4));
        CheckpointException refusal = assertThrows(CheckpointException.class,
                () -> new Requirements(shapes).check(with(Map.of("d", "is a set, which is never made"), "a", "e")));
        assertEquals("model.pt does not fit this network: it lacks 2 of 5 tensors: b, c; it cannot give 1 of 5 tensors: d is a set, which"
                + " is never made; it has another shape for 1 of 5 tensors: e is [2,2], not [4]", refusal.getMessage());
    }

    @Test
    void whatIsToBeUsedInPlaceLiesInARow() throws CheckpointException {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        tensors.put("a", StoredTensor.contiguous("a", DType.F32, Shape.of(2, 2), FILE, 0));
        tensors.put("b", new StoredTensor("b", DType.F32, Shape.of(2, 2), FILE, 0, new long[] {1, 2}));
        Requirements requirements = new Requirements(shapes("a", "b"));
        Checkpoint checkpoint = new Checkpoint(FILE, tensors);
        assertEquals(Set.of(), requirements.check(checkpoint));
        assertEquals("model.pt does not fit this network: it cannot give 1 of 2 tensors: b is not stored in a row",
                assertThrows(CheckpointException.class, () -> requirements.checkInPlace(checkpoint)).getMessage());
    }

    @Test
    void whatIsOfWholeNumbersCannotBeUsed() {
        Checkpoint whole = new Checkpoint(FILE, Map.of("a", StoredTensor.contiguous("a", DType.I64, Shape.of(2, 2), FILE, 0)));
        Refusals.said(assertThrows(CheckpointException.class, () -> new Requirements(shapes("a")).check(whole)),
                "cannot give 1 of 1 tensors: a is of I64, not of floating-point numbers");
    }

    @Test
    void aLongListIsCutAndCounted() {
        String[] names = java.util.stream.IntStream.range(0, 825).mapToObj(i -> "t" + i).toArray(String[]::new);
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> new Requirements(shapes(names)).check(with(Map.of())));
        Refusals.said(refusal, "lacks 825 of 825 tensors: t0, t1, ", ", t29 and 795 more");
    }
}
