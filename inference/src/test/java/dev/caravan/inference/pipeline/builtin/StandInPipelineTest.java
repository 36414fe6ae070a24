package dev.caravan.inference.pipeline.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StandInPipelineTest extends PipelineContract {

    @Override
    Pipeline pipeline() {
        return new StandInPipeline(TestSchemas.of("longlive"), true, CLOCK);
    }

    @Test
    void itAnswersToTheOthersIdAndSaysWhatItIs() {
        PipelineSchema schema = pipeline().schema();
        assertEquals("longlive", schema.id());
        assertEquals(Optional.of("test-card"), schema.standIn());
        assertTrue(schema.json().get("description").asText().startsWith("Stand-in: the test card answers in place of The longlive."));
        assertFalse(schema.json().get("requires_models").asBoolean());
        assertTrue(schema.json().get("estimated_vram_gb").isNull());
        assertEquals(Optional.empty(), TestSchemas.of("longlive").standIn());
    }

    @Test
    void thePictureNamesWhoItStandsInFor() throws Exception {
        byte[] standIn = first(pipeline());
        byte[] card = first(new TestCardPipeline(TestSchemas.of("test-card"), CLOCK));
        int label = 8 * 576;
        assertFalse(Arrays.equals(standIn, label, label + 16 * 576, card, label, label + 16 * 576));
        int below = 60 * 576;
        assertTrue(Arrays.equals(standIn, below, 570 * 320, card, below, 570 * 320));
    }

    @Test
    void itKeepsTheOthersRulesForSizes() throws Exception {
        PipelineException e = assertThrows(PipelineException.class, () -> load(Map.of("width", 500, "height", 320)));
        assertEquals(
                "Invalid resolution 500×320. Both width and height must be divisible by 16 Please adjust to a valid resolution, e.g., 496×320.",
                e.getMessage());
        load(Map.of("width", 512, "height", 512));
        Pipeline depth = new StandInPipeline(TestSchemas.of("video-depth-anything"), false, CLOCK);
        depth.load(new LoadRequest(Map.of("width", 500), Path.of("nowhere")), Progress.NONE).close();
    }

    private void load(Map<String, Object> parameters) throws Exception {
        pipeline().load(new LoadRequest(parameters, Path.of("nowhere")), Progress.NONE).close();
    }

    private static byte[] first(Pipeline pipeline) throws Exception {
        byte[][] made = new byte[1][];
        try (var loaded = pipeline.load(new LoadRequest(Map.of(), Path.of("nowhere")), Progress.NONE);
                var stream = loaded.open(new SessionSeed("a"))) {
            stream.next(List.of(), Parameters.NONE, (picture, time) -> made[0] = Inputs.bytes(picture));
        }
        return made[0];
    }
}
