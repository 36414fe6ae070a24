package dev.caravan.inference.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PipelineSchemaTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void theFactsTheHubNeedsAreReadFromTheEntry() throws Exception {
        PipelineSchema schema = schema("""
                {"id": "depth", "name": "Depth", "default_mode": "video", "supported_modes": ["video"], "usage": ["preprocessor"],
                 "config_schema": {"properties": {"height": {"default": 320}}}}""");
        assertEquals("depth", schema.id());
        assertEquals("Depth", schema.name());
        assertEquals("video", schema.defaultMode());
        assertEquals(List.of("video"), schema.supportedModes());
        assertEquals(PipelineSchema.Role.PREPROCESSOR, schema.role());
        assertEquals(320, schema.defaultInt("height", 512));
        assertEquals(512, schema.defaultInt("width", 512));
    }

    @Test
    void readingAnAbsentListDoesNotAddItToTheEntry() throws Exception {
        PipelineSchema schema = schema("{\"id\": \"main\"}");
        assertEquals(PipelineSchema.Role.MAIN, schema.role());
        assertEquals(List.of(), schema.supportedModes());
        assertEquals("{\"id\":\"main\"}", schema.json().toString());
    }

    @Test
    void onlyAStandInNamesAnother() throws Exception {
        assertEquals(Optional.empty(), schema("{\"id\": \"a\"}").standIn());
        assertEquals(Optional.of("test-card"), schema("{\"id\": \"a\", \"stand_in\": \"test-card\"}").standIn());
    }

    @Test
    void aSchemaThatIsNotThereIsNamed() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> PipelineSchema.load("longcat"));
        assertEquals("no schema of pipeline 'longcat' on the class path", e.getMessage());
    }

    private static PipelineSchema schema(String json) throws Exception {
        return new PipelineSchema((ObjectNode) JSON.readTree(json));
    }
}
