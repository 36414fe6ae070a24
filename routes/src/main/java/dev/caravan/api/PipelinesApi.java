package dev.caravan.api;

import dev.caravan.inference.pipeline.LoadedAdapter;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which pipelines there are, and which are loaded (contract §1.2). */
public final class PipelinesApi extends ApiRoutes {

    private final PipelineRegistry registry;
    private final PipelineLoader loader;

    public PipelinesApi(PipelineRegistry registry, PipelineLoader loader) {
        super("pipelines", "Which pipelines there are, and which are loaded");
        this.registry = registry;
        this.loader = loader;
    }

    @Override
    protected void operations() {
        post("/api/v1/pipeline/load", "loadPipeline", "Load pipelines in the background, replacing the loaded set", this::load)
                .jsonBody(
                        "pipelines: [{node_id, pipeline_id, load_params}], or pipeline_ids, or pipeline_id, with load_params: what the"
                                + " pipeline's schema marks is_load_param, vace_enabled, loras [{path, scale}] and lora_merge_mode",
                        Map.of("pipeline_ids", List.of("test-card")))
                .answers(200, "accepted; poll the status")
                .answers(400, "no pipeline named")
                .answers(422, "wrong types");
        get("/api/v1/pipeline/status", "getPipelineStatus", "not_loaded, loading, loaded or error", request -> status());
        get("/api/v1/pipelines/schemas", "getPipelineSchemas", "Every pipeline with its settings", request -> Reply.json(schemas()));
        get("/api/v1/nodes/definitions", "getNodeDefinitions", "Every node a graph may have", request -> Reply.json(
                Map.of("nodes", NodeDefinitions.of(registry.all()))));
    }

    /** Every id is accepted here, also an unknown one: clients expect 200 and find the reason in the status. */
    Reply load(Request request) {
        loader.load(LoadBody.parse(request.requireObject()));
        return Reply.json(Map.of("message", "Pipeline loading initiated successfully"));
    }

    Reply status() {
        PipelineLoader.Status status = loader.status();
        List<PipelineLoader.Node> nodes = status.nodes();
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("status", status.state().name().toLowerCase(Locale.ROOT));
        out.put("pipeline_id", status.pipelineId().orElse(null));
        out.put("load_params", status.loadParameters().orElse(null));
        out.put("loaded_lora_adapters", adapters(nodes));
        out.put("error", status.error().orElse(null));
        out.put("loading_stage", status.stage().orElse(null));
        out.put("produces_video", nodes.isEmpty() || flag(nodes.getLast(), "produces_video", true));
        out.put("produces_audio", nodes.stream().anyMatch(node -> flag(node, "produces_audio", false)));
        out.put("pipelines", nodes.stream().map(PipelinesApi::json).toList()); // the hub's own key: all that is loaded, in order
        List<String> notes = nodes.stream().flatMap(node -> node.loaded().notes().stream()).distinct().toList();
        if (!notes.isEmpty()) {
            out.put("notes", notes); // the hub's own key: what was left out, or that weights are random
        }
        return Reply.json(out);
    }

    /** Null when none was asked for, as clients expect it. */
    private static @Nullable List<Map<String, Object>> adapters(List<PipelineLoader.Node> nodes) {
        List<Map<String, Object>> adapters = nodes.stream().flatMap(node -> node.loaded().adapters().stream()).distinct()
                .map(PipelinesApi::adapter).toList();
        return adapters.isEmpty() ? null : adapters;
    }

    private static Map<String, Object> adapter(LoadedAdapter adapter) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("path", adapter.path());
        out.put("scale", adapter.scale());
        out.put("merge_mode", adapter.mergeMode());
        return out;
    }

    private Map<String, Object> schemas() {
        Map<String, Object> byId = new LinkedHashMap<>();
        registry.all().forEach(pipeline -> byId.put(pipeline.id(), pipeline.schema().json()));
        return Map.of("pipelines", byId);
    }

    private static Map<String, Object> json(PipelineLoader.Node node) {
        return Map.of("node_id", node.nodeId(), "pipeline_id", node.schema().id(), "load_params", node.loadParameters());
    }

    private static boolean flag(PipelineLoader.Node node, String key, boolean otherwise) {
        return node.schema().json().path(key).asBoolean(otherwise);
    }
}
