package dev.caravan.inference.pipeline.builtin;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.inference.pipeline.PipelineSchema;
import java.util.List;
import java.util.Set;

/** Schemas with the few keys pipelines read, so that their tests do not depend on the published texts. */
final class TestSchemas {

    private static final Set<String> TEXT_FIRST =
            Set.of("longlive", "krea-realtime-video", "reward-forcing", "memflow", "controller-viz", "test-card");

    private TestSchemas() {}

    static PipelineSchema of(String id) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        String mode = TEXT_FIRST.contains(id) ? "text" : "video";
        boolean wide = id.equals("longlive") || id.equals("test-card");
        json.put("id", id).put("name", "The " + id).put("description", "Makes pictures.").put("default_mode", mode);
        json.put("estimated_vram_gb", 20.0).put("requires_models", true);
        modes(id, mode).forEach(json.putArray("supported_modes")::add);
        ObjectNode properties = json.putObject("config_schema").putObject("properties");
        properties.putObject("height").put("default", wide ? 320 : 512);
        properties.putObject("width").put("default", wide ? 576 : 512);
        return new PipelineSchema(json);
    }

    private static List<String> modes(String id, String mode) {
        return id.equals("longlive") || id.equals("test-card") ? List.of("text", "video") : List.of(mode);
    }
}
