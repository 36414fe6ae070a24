package dev.caravan.api.session;

import dev.caravan.api.ApiError;
import dev.caravan.api.offer.LinearGraph;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineRegistry;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.SessionRefusedException;
import dev.caravan.processors.session.SessionRequest;
import dev.caravan.processors.session.Sessions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one session that runs without a client, under the id {@value #ID}. Starting it again replaces it. Thread-safe; a start with a graph
 * loads the graph's pipelines and blocks until they are loaded.
 */
public final class HeadlessSession {

    /** What the contract calls it, and its session id. */
    public static final String ID = "headless";

    private static final Duration LOAD_LIMIT = Duration.ofSeconds(300);
    /** How long a replaced session may take to end. */
    private static final Duration END_LIMIT = Duration.ofSeconds(10);

    private final PipelineRegistry registry;
    private final PipelineLoader loader;
    private final Sessions sessions;

    public HeadlessSession(PipelineRegistry registry, PipelineLoader loader, Sessions sessions) {
        this.registry = registry;
        this.loader = loader;
        this.sessions = sessions;
    }

    /**
     * Starts it.
     *
     * @return the contract's answer
     */
    public synchronized Map<String, Object> start(HeadlessBody body)
            throws SessionRefusedException, PipelineException, InterruptedException {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("status", "ok");
        Map<String, Object> parameters = new LinkedHashMap<>(body.parameters());
        List<String> chain;
        if (body.graph().isPresent()) {
            LinearGraph graph = LinearGraph.parse(body.graph().get(), id -> registry.find(id).map(Pipeline::schema));
            chain = load(graph);
            if (graph.source().isEmpty()) {
                parameters.put("input_mode", "text"); // nothing would ever come
            }
            answer.put("input_mode", parameters.get("input_mode"));
            answer.put("cloud_mode", false);
            answer.put("graph", true);
            answer.put("pipeline_ids", graph.pipelines().stream().map(LinearGraph.Step::pipelineId).toList());
            answer.put("sink_node_ids", List.of(graph.sink()));
            answer.put("source_node_ids", graph.source().stream().toList());
        } else {
            chain = body.pipelineId().stream().toList();
            answer.put("input_mode", body.inputMode());
            answer.put("cloud_mode", false);
            answer.put("pipeline_id", chain.getFirst());
        }
        end("replaced by a new one");
        sessions.open(new SessionRequest(
                Optional.of(ID), Origin.of(ID), Control.Door.REST, chain, parameters, Map.of()));
        return answer;
    }

    /** False when there is none. */
    public synchronized boolean stop() throws InterruptedException {
        return end("stopped by a client");
    }

    private List<String> load(LinearGraph graph) throws PipelineException, InterruptedException {
        loader.load(graph.pipelines().stream()
                .map(step -> new PipelineLoader.Entry(step.nodeId(), step.pipelineId(), Map.of()))
                .toList());
        PipelineLoader.Status status = loader.awaitIdle(LOAD_LIMIT);
        if (status.state() != PipelineLoader.State.LOADED) {
            throw ApiError.badRequest(status.error().orElse("The pipelines are not loaded yet: poll the status and start again"));
        }
        return graph.pipelines().stream().map(LinearGraph.Step::nodeId).toList();
    }

    /** Its id is free again when this returns. */
    private boolean end(String reason) throws InterruptedException {
        return sessions.closeAndWait(ID, reason, END_LIMIT);
    }
}
