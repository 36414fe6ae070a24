package dev.caravan.api.offer;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.ApiError;
import dev.caravan.inference.pipeline.PipelineSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A graph of the shape this hub runs: {@code source -> pipelines in a line -> sink}, the source optional.
 *
 * @param pipelines at least one, in the order frames run through them
 * @param source    node id of the browser's video; without one it generates freely
 * @param sink      node id of the output
 */
public record LinearGraph(List<Step> pipelines, Optional<String> source, String sink) {

    private static final Set<String> BROWSER_SOURCES = Set.of("", "video", "camera");

    /** One pipeline node. */
    public record Step(String nodeId, String pipelineId) {}

    /**
     * Reads a graph.
     *
     * @param schemas finds the schema of a pipeline id
     * @throws ApiError 400 with every fault the contract knows, or with the first node that is not in the line
     */
    public static LinearGraph parse(JsonNode json, Function<String, Optional<PipelineSchema>> schemas) {
        Graph graph = Graph.read(json);
        GraphRules rules = new GraphRules(graph, schemas);
        refuse("Invalid graph: ", rules.structure());
        refuse("Invalid graph ports: ", rules.ports());
        graph.nodes().forEach(LinearGraph::requireKnown);
        return new Walk(graph).fromSink();
    }

    private static void refuse(String prefix, List<String> faults) {
        if (!faults.isEmpty()) {
            throw ApiError.badRequest(prefix + String.join("; ", faults));
        }
    }

    private static void requireKnown(Graph.Node node) {
        boolean known = switch (node.type()) {
            case "source" -> BROWSER_SOURCES.contains(node.sourceMode());
            case "sink" -> node.sinkMode().isEmpty();
            case "pipeline" -> true;
            default -> false;
        };
        if (!known) {
            String what = node.type().equals("source")
                    ? "source_mode '" + node.sourceMode() + "'"
                    : node.type().equals("sink") ? "sink_mode '" + node.sinkMode() + "'" : "type '" + node.type() + "'";
            throw unsupported(node.id(), "has " + what);
        }
    }

    private static ApiError unsupported(String nodeId, String why) {
        return ApiError.badRequest("Invalid graph: node '" + nodeId + "' " + why
                + ", which this hub does not run yet; draw source -> pipelines in a line -> sink");
    }

    /** Follows the edges from the sink back to where the frames come from. */
    private static final class Walk {

        private final Graph graph;
        private final Map<String, Graph.Node> byId = new HashMap<>();
        private final Set<String> visited = new LinkedHashSet<>();
        private final List<Step> steps = new ArrayList<>();

        Walk(Graph graph) {
            this.graph = graph;
            graph.nodes().forEach(node -> byId.put(node.id(), node));
        }

        LinearGraph fromSink() {
            Graph.Node at = graph.nodes().stream().filter(node -> node.type().equals("sink")).findFirst().orElseThrow();
            Optional<Graph.Node> before = Optional.of(at);
            while (before.isPresent()) {
                at = before.get();
                if (!visited.add(at.id())) {
                    throw unsupported(at.id(), "is part of a loop");
                }
                if (at.type().equals("pipeline")) {
                    steps.addFirst(new Step(at.id(), at.pipelineId()));
                }
                before = feeding(at);
            }
            if (at.type().equals("sink") || steps.isEmpty()) {
                throw unsupported(at.id(), "is on a line without a pipeline");
            }
            graph.nodes().stream().filter(node -> !visited.contains(node.id())).findFirst().ifPresent(node -> {
                throw unsupported(node.id(), "is not on the line to the first sink");
            });
            Optional<String> source = Optional.of(at).filter(first -> first.type().equals("source")).map(Graph.Node::id);
            return new LinearGraph(List.copyOf(steps), source, visited.iterator().next());
        }

        private Optional<Graph.Node> feeding(Graph.Node node) {
            List<String> from = graph.edges().stream().filter(edge -> edge.to().equals(node.id())).map(Graph.Edge::from).toList();
            if (from.size() > 1) {
                throw unsupported(node.id(), "has more than one input");
            }
            return from.stream().findFirst().map(byId::get);
        }
    }
}
