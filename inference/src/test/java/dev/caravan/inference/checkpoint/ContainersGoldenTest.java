package dev.caravan.inference.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.golden.GoldenCase;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The tensors of recorded weights, and the same in files of every kind (golden cases with {@code containers}). */
@Tag("golden")
class ContainersGoldenTest {

    static List<GoldenCase> weights() {
        return GoldenCase.where(manifest -> manifest.has("first_values"));
    }

    static Stream<Arguments> containers() {
        return GoldenCase.where(manifest -> manifest.has("containers")).stream().flatMap(golden ->
                golden.manifest().path("containers").propertyStream().map(entry -> Arguments.of(golden, entry.getKey())));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("containers")
    void aContainerHasTheNumbersOfTheReference(GoldenCase golden, String container) throws CheckpointException {
        Checkpoint reference = golden.weights();
        Checkpoint file = golden.checkpoint(container);
        Checkpoint tensors = file.nested("generator").orElse(file).modelNames();
        assertFalse(tensors.tensors().isEmpty());
        assertTrue(tensors.unreadable().isEmpty());
        for (StoredTensor tensor : tensors.tensors().values()) {
            StoredTensor expected = reference.require(tensor.name());
            assertEquals(expected.shape(), tensor.shape(), tensor.name());
            assertArrayEquals(Checkpoint.floats(expected), Checkpoint.floats(tensor), tensor.name());
        }
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("weights")
    void everyTensorOfTheReferenceBeginsWithTheRecordedNumbers(GoldenCase golden) throws CheckpointException {
        Checkpoint weights = golden.weights();
        float[] first = golden.floats("first_values");
        int at = 0;
        for (Map.Entry<String, JsonNode> entry : golden.manifest().path("tensors").properties()) {
            float[] values = Checkpoint.floats(weights.require(entry.getKey()));
            assertEquals(first[at++], values[0], entry.getKey());
            assertEquals(first[at++], values[1], entry.getKey());
        }
    }
}
