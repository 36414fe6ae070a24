package dev.caravan.api.workflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.api.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a workflow file says it needs (contract §1.10). Everything else in it belongs to the client and is not read.
 *
 * @param nodes      pipelines first
 * @param minVersion the oldest version of the contract that will do
 */
record WorkflowNeeds(List<Node> nodes, Optional<String> minVersion) {

    private static final int MOST_NODES = 150;
    private static final int MOST_LORAS = 100;
    private static final int LONGEST_NAME = 255;

    static WorkflowNeeds read(ObjectNode body) {
        Fields fields = Fields.ofBody(body);
        List<Fields> pipelines = fields.objects("pipelines").orElse(List.of());
        List<Fields> nodes = fields.objects("nodes").orElse(List.of());
        Optional<String> minVersion = fields.text("min_scope_version").filter(text -> !text.isBlank());
        if (pipelines.size() + nodes.size() > MOST_NODES) {
            fields.fault("too_long", "List should have at most " + MOST_NODES + " items", null, "nodes");
        }
        fields.check();
        List<Node> all = new ArrayList<>();
        pipelines.forEach(pipeline -> all.add(node(pipeline, true)));
        nodes.forEach(node -> all.add(node(node, false)));
        fields.check();
        return new WorkflowNeeds(all, minVersion);
    }

    private static Node node(Fields fields, boolean pipeline) {
        String first = pipeline ? "pipeline_id" : "node_type_id";
        Optional<String> id = fields.text("pipeline_id").or(() -> fields.text("node_type_id"));
        if (id.isEmpty()) {
            fields.fault("missing", "Field required", null, first);
        } else if (id.get().isEmpty()) {
            fields.fault("string_too_short", "String should have at least 1 character", "", first);
        }
        Optional<Source> source = fields.fields("source").map(WorkflowNeeds::source);
        List<Fields> loras = fields.objects("loras").orElse(List.of());
        if (loras.size() > MOST_LORAS) {
            fields.fault("too_long", "List should have at most " + MOST_LORAS + " items", null, "loras");
            loras = List.of();
        }
        return new Node(
                pipeline,
                id.orElse(""),
                source.orElse(new Source("builtin", Optional.empty(), Optional.empty(), Optional.empty())),
                loras.stream().map(WorkflowNeeds::lora).toList());
    }

    private static Source source(Fields fields) {
        return new Source(
                fields.oneOf("type", "builtin", "pypi", "git", "local").orElse("builtin"),
                given(fields, "plugin_name"),
                given(fields, "plugin_version"),
                given(fields, "package_spec"));
    }

    private static Lora lora(Fields fields) {
        String name = fields.requireText("filename");
        if (name.length() > LONGEST_NAME) {
            fields.fault("string_too_long", "String should have at most " + LONGEST_NAME + " characters", null, "filename");
        }
        return new Lora(name, fields.fields("provenance").map(from -> new Origin(
                given(from, "source").orElse("local"),
                given(from, "repo_id"),
                given(from, "hf_filename"),
                given(from, "model_id"),
                given(from, "version_id"),
                given(from, "url"))));
    }

    private static Optional<String> given(Fields fields, String name) {
        return fields.text(name).filter(text -> !text.isBlank());
    }

    /** @param pipeline whether it stands in the older list of pipelines */
    record Node(boolean pipeline, String id, Source source, List<Lora> loras) {}

    /** Where a node's code comes from. @param type {@code builtin, pypi, git} or {@code local} */
    record Source(String type, Optional<String> plugin, Optional<String> version, Optional<String> spec) {}

    record Lora(String filename, Optional<Origin> origin) {}

    /** Where an adapter came from, as far as the file tells. */
    record Origin(
            String source,
            Optional<String> repoId,
            Optional<String> hfFilename,
            Optional<String> modelId,
            Optional<String> versionId,
            Optional<String> url) {}
}
