package dev.caravan.inference.pipeline.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.Progress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelPipelineTest {

    private static final Path MODELS = Path.of("/srv/models");

    @Test
    void missingFilesAreNamedWithTheWayToGetThem() {
        Pipeline pipeline = longlive("LongLive-1.3B/config.json", "LongLive-1.3B/models/lora.pt");
        String message = failure(pipeline, Map.of());
        assertEquals(
                "longlive misses model files: LongLive-1.3B/config.json, LongLive-1.3B/models/lora.pt. Download them with POST"
                        + " /api/v1/models/download {\"pipeline_id\":\"longlive\"} or ./caravan models download longlive, or copy them into the hub's models"
                        + " folder (<data folder>/models).",
                message);
        assertFalse(message.contains(MODELS.toString()));
        assertEquals(2, pipeline.missingFiles(MODELS).size());
    }

    @Test
    void withAllFilesTheMissingEngineIsNamed() {
        String message = failure(longlive(), Map.of());
        assertTrue(message.contains("the inference engine for it is not part of this build yet"), message);
        assertTrue(message.contains("--stand-in longlive=test-card"), message);
    }

    @Test
    void aSizeThatIsNotAMultipleOfSixteenIsRefusedInTheContractsWords() {
        assertEquals(
                "Invalid resolution 576×330. Both width and height must be divisible by 16 Please adjust to a valid resolution, e.g., 576×320.",
                failure(longlive(), Map.of("width", 576, "height", 330)));
    }

    @Test
    void aPipelineThatKeepsTheSizeOfItsInputTakesAnyLoadParameters() {
        Pipeline depth = new ModelPipeline(TestSchemas.of("video-depth-anything"), false, folder -> List.of("x.pth"));
        assertTrue(failure(depth, Map.of("width", 333)).startsWith("video-depth-anything misses model files: x.pth."));
    }

    private static Pipeline longlive(String... missing) {
        return new ModelPipeline(TestSchemas.of("longlive"), true, folder -> {
            assertEquals(MODELS, folder);
            return List.of(missing);
        });
    }

    private static String failure(Pipeline pipeline, Map<String, Object> parameters) {
        PipelineException e = assertThrows(
                PipelineException.class, () -> pipeline.load(new LoadRequest(parameters, MODELS), Progress.NONE));
        assertTrue(e.fatal());
        return e.getMessage();
    }
}
