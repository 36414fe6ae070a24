package dev.caravan.inference.pipeline.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BuiltInPipelinesTest {

    @Test
    void theTwelveAreListedInTheContractsOrderWithEdgesBesideGrayAndTheTestCardLast() {
        assertEquals(
                List.of(
                        "streamdiffusionv2", "longlive", "krea-realtime-video", "reward-forcing", "memflow", "passthrough",
                        "video-depth-anything", "controller-viz", "rife", "scribble", "gray", "edges", "optical-flow",
                        "test-card"),
                registry(Map.of()).all().stream().map(Pipeline::id).toList());
    }

    @Test
    void onlyModelsMissFiles() {
        PipelineRegistry registry = registry(Map.of("longlive", "test-card"));
        List<String> missing = registry.all().stream()
                .filter(p -> !p.missingFiles(Path.of("nowhere")).isEmpty())
                .map(Pipeline::id)
                .toList();
        assertEquals(
                List.of(
                        "streamdiffusionv2", "krea-realtime-video", "reward-forcing", "memflow", "video-depth-anything", "rife",
                        "scribble", "optical-flow"),
                missing);
        assertEquals(List.of("memflow.bin"), registry.find("memflow").orElseThrow().missingFiles(Path.of("nowhere")));
    }

    @Test
    void aStandInTakesTheOthersPlaceAndOnlyThat() {
        PipelineRegistry registry = registry(Map.of("longlive", "test-card"));
        assertEquals(Optional.of("test-card"), registry.find("longlive").orElseThrow().schema().standIn());
        assertEquals(1, registry.all().stream().filter(p -> p.schema().standIn().isPresent()).count());
        assertEquals("longlive", registry.all().get(1).id());
    }

    @Test
    void aStandInThatCannotBeIsRefusedWithWhatCan() {
        assertTrue(refusal(Map.of("longcat", "test-card")).contains("choose one of streamdiffusionv2, longlive,"));
        assertTrue(refusal(Map.of("test-card", "test-card")).contains("nothing can stand in for 'test-card'"));
        assertTrue(refusal(Map.of("longlive", "passthrough")).endsWith("write longlive=test-card"));
    }

    private static String refusal(Map<String, String> standIns) {
        return assertThrows(IllegalArgumentException.class, () -> registry(standIns)).getMessage();
    }

    private static PipelineRegistry registry(Map<String, String> standIns) {
        return BuiltInPipelines.registry(TestSchemas::of, (id, folder) -> List.of(id + ".bin"), PipelineContract.CLOCK, () -> {
            throw new AssertionError("a list needs no device");
        }, standIns);
    }
}
