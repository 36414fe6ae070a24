package dev.caravan.api.offer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.ApiError;
import java.util.ArrayList;
import java.util.List;

/** The nodes and stream edges of {@code initialParameters.graph}, as the client drew them (contract §3.7): read, bounded, not yet judged. */
record Graph(List<Node> nodes, List<Edge> edges) {

    private static final int MAX_NODES = 100;
    private static final int MAX_EDGES = 400;
    private static final int MAX_NAME = 128;

    /** Absent texts are empty. Keys that only matter to the client's drawing (x, y, ...) are not read. */
    record Node(String id, String type, String pipelineId, String nodeTypeId, String sourceMode, String sinkMode) {}

    /** A stream of frames from a port to a port. */
    record Edge(String from, String fromPort, String to, String toPort) {}

    /** @throws ApiError 400 when it is no graph at all */
    static Graph read(JsonNode json) {
        List<Node> nodes = new ArrayList<>();
        for (JsonNode node : list(json, "nodes", MAX_NODES)) {
            nodes.add(new Node(
                    text(node, "id"),
                    text(node, "type"),
                    text(node, "pipeline_id"),
                    text(node, "node_type_id"),
                    text(node, "source_mode"),
                    text(node, "sink_mode")));
        }
        List<Edge> edges = new ArrayList<>();
        for (JsonNode edge : list(json, "edges", MAX_EDGES)) {
            String kind = text(edge, "kind");
            if (kind.isEmpty() || kind.equals("stream")) { // the other kind, parameter, is reserved and carries nothing
                String from = edge.has("from") ? text(edge, "from") : text(edge, "from_node");
                edges.add(new Edge(from, port(edge, "from_port"), text(edge, "to_node"), port(edge, "to_port")));
            }
        }
        return new Graph(nodes, edges);
    }

    private static JsonNode list(JsonNode json, String key, int max) {
        JsonNode list = json.path(key);
        if (list.size() > max) {
            throw ApiError.badRequest("Invalid graph: at most " + max + " " + key + "; " + list.size() + " given");
        }
        for (JsonNode item : list) {
            if (!item.isObject()) {
                throw ApiError.badRequest("Invalid graph: '" + key + "' must be a list of objects");
            }
        }
        return list;
    }

    private static String port(JsonNode edge, String key) {
        String name = text(edge, key);
        return name.isEmpty() ? "video" : name;
    }

    private static String text(JsonNode object, String key) {
        JsonNode value = object.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (!value.isTextual() || value.asText().length() > MAX_NAME) {
            throw ApiError.badRequest("Invalid graph: '" + key + "' must be a text of at most " + MAX_NAME + " characters");
        }
        return value.asText();
    }
}
