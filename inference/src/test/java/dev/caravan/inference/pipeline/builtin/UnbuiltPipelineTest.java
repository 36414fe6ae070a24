package dev.caravan.inference.pipeline.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineRegistry;
import dev.caravan.inference.pipeline.Progress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Preprocessors and postprocessors of the contract whose networks are not built. */
class UnbuiltPipelineTest {

    private static final Path MODELS = Path.of("/srv/models");

    private static final PipelineRegistry REGISTRY = BuiltInPipelines.registry(
            TestSchemas::of, (id, folder) -> List.of(id + "/weights.pth"), InstantSource.system(), Ort::cpu, Map.of());

    @ParameterizedTest
    @ValueSource(strings = {"video-depth-anything", "scribble", "optical-flow", "rife"})
    void itIsListedWithItsFilesAndLoadingItSaysWhyNotAndWhatToDo(String id) {
        Pipeline pipeline = REGISTRY.find(id).orElseThrow();
        assertEquals(List.of(id + "/weights.pth"), pipeline.missingFiles(MODELS));
        PipelineException refused = assertThrows(
                PipelineException.class, () -> pipeline.load(new LoadRequest(Map.of("width", 333), MODELS), Progress.NONE));
        String message = refused.getMessage();
        assertTrue(message.startsWith(id + " cannot be loaded: its ") && message.contains("is not built here"), message);
        assertTrue(message.contains(pipeline.unavailable().orElseThrow()), message);
        assertTrue(message.endsWith("--stand-in " + id + "=test-card"), message);
        assertEquals(1, message.lines().count());
        assertTrue(refused.fatal());
    }

    @Test
    void allOthersCanBeLoadedWhenTheirFilesAreThere() {
        for (Pipeline pipeline : REGISTRY.all()) {
            boolean unbuilt = List.of("video-depth-anything", "scribble", "optical-flow", "rife").contains(pipeline.id());
            assertEquals(unbuilt, pipeline.unavailable().isPresent(), pipeline.id());
        }
    }
}
