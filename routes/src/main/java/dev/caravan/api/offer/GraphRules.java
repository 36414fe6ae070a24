package dev.caravan.api.offer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.pipeline.PipelineSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the contract finds wrong with a graph, in its words: faults of its structure, and faults of its ports. */
final class GraphRules {

    private final Graph graph;
    private final Function<String, Optional<PipelineSchema>> schemas;

    /** @param schemas finds the schema of a pipeline id; the ports of an unknown pipeline are not judged */
    GraphRules(Graph graph, Function<String, Optional<PipelineSchema>> schemas) {
        this.graph = graph;
        this.schemas = schemas;
    }

    List<String> structure() {
        List<String> faults = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (Graph.Node node : graph.nodes()) {
            if (!ids.add(node.id())) {
                faults.add("Duplicate node ID: '" + node.id() + "'");
            }
        }
        if (graph.nodes().stream().noneMatch(node -> node.type().equals("sink"))) {
            faults.add("Graph must have at least one sink node");
        }
        for (Graph.Node node : graph.nodes()) {
            if (node.type().equals("pipeline") && node.pipelineId().isEmpty()) {
                faults.add("Pipeline node '" + node.id() + "' is missing pipeline_id");
            }
            if (node.type().equals("node") && node.nodeTypeId().isEmpty()) {
                faults.add("Node '" + node.id() + "' is missing node_type_id");
            }
        }
        for (Graph.Edge edge : graph.edges()) {
            if (!ids.contains(edge.from())) {
                faults.add("Edge references non-existent source node: '" + edge.from() + "'");
            }
            if (!ids.contains(edge.to())) {
                faults.add("Edge references non-existent target node: '" + edge.to() + "'");
            }
        }
        return faults;
    }

    /** Only for a graph of sound structure. */
    List<String> ports() {
        Map<String, Graph.Node> byId = new HashMap<>();
        graph.nodes().forEach(node -> byId.put(node.id(), node));
        List<String> faults = new ArrayList<>();
        Set<List<String>> taken = new HashSet<>();
        for (Graph.Edge edge : graph.edges()) {
            undeclared(byId.get(edge.from()), "output", edge.fromPort()).ifPresent(faults::add);
            undeclared(byId.get(edge.to()), "input", edge.toPort()).ifPresent(faults::add);
            if (!taken.add(List.of(edge.to(), edge.toPort()))) {
                faults.add("Duplicate stream edges to the same input port: node='" + edge.to() + "', port='" + edge.toPort()
                        + "'. Fan-in to a single port is not supported.");
            }
        }
        return faults;
    }

    private Optional<String> undeclared(Graph.Node node, String direction, String port) {
        return declared(node, direction).filter(ports -> !ports.contains(port)).map(ports -> "Node '" + node.id() + "' has no "
                + direction + " port '" + port + "' (declared: "
                + ports.stream().map(p -> "'" + p + "'").collect(Collectors.joining(", ", "[", "]")) + ")");
    }

    /** The ports of a node, or empty when nobody knows them. */
    private Optional<List<String>> declared(Graph.Node node, String direction) {
        boolean input = direction.equals("input");
        return switch (node.type()) {
            case "source" -> Optional.of(input ? List.of() : List.of("video"));
            case "sink" -> Optional.of(List.of("video"));
            case "record" -> Optional.of(input ? List.of("video") : List.of());
            case "pipeline" -> schemas.apply(node.pipelineId()).map(schema -> ports(schema, input));
            default -> Optional.empty();
        };
    }

    private static List<String> ports(PipelineSchema schema, boolean input) {
        List<String> out = new ArrayList<>();
        for (JsonNode port : schema.json().path(input ? "inputs" : "outputs")) {
            out.add(port.asText());
        }
        if (input && schema.json().path("supports_prompts").asBoolean()) {
            out.add("prompts");
        }
        return out;
    }
}
