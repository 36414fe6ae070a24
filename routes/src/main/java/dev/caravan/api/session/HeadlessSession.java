package dev.caravan.api.session;

import dev.caravan.api.ApiError;
import dev.caravan.api.Ownership;
import dev.caravan.api.offer.LinearGraph;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineRegistry;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionRefusedException;
import dev.caravan.processors.session.SessionRequest;
import dev.caravan.processors.session.Sessions;
import dev.caravan.security.Principal;
import dev.caravan.security.PrincipalLimits;
import dev.caravan.security.Role;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The one session that runs without a client. Starting it again replaces it. Thread-safe; a start with a graph loads the graph's pipelines
 * and blocks until they are loaded.
 */
public final class HeadlessSession {

    /** What the contract calls it where others have an id. */
    public static final String NAME = "headless";

    private static final Duration LOAD_LIMIT = Duration.ofSeconds(300);

    private final PipelineRegistry registry;
    private final PipelineLoader loader;
    private final Sessions sessions;
    private final PrincipalLimits limits;

    // Its own id each time: the one before may still be ending under the old one.
    private volatile Optional<String> id = Optional.empty();

    /** Without limits of one caller. */
    public HeadlessSession(PipelineRegistry registry, PipelineLoader loader, Sessions sessions) {
        this(registry, loader, sessions, PrincipalLimits.NONE);
    }

    public HeadlessSession(PipelineRegistry registry, PipelineLoader loader, Sessions sessions, PrincipalLimits limits) {
        this.limits = limits;
        this.registry = registry;
        this.loader = loader;
        this.sessions = sessions;
    }

    /**
     * Starts it.
     *
     * @param caller who is no operator loads nothing, and replaces only what they started
     * @return the contract's answer
     */
    public synchronized Map<String, Object> start(HeadlessBody body, Principal caller)
            throws SessionRefusedException, PipelineException, InterruptedException {
        requireOwn(caller);
        // Before the one that runs is ended for the new one.
        sessions.requireOpen();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("status", "ok");
        Map<String, Object> parameters = new LinkedHashMap<>(body.parameters());
        List<String> chain;
        if (body.graph().isPresent()) {
            LinearGraph graph = LinearGraph.parse(body.graph().get(), id -> registry.find(id).map(Pipeline::schema));
            chain = load(graph, caller);
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
        SessionRequest request = new SessionRequest(
                Optional.empty(), Origin.of(NAME), Control.Door.REST, chain, parameters, Ownership.of(caller));
        try (PrincipalLimits.Place _ = limits.session(caller)) {
            id = Optional.of(sessions.open(request).id());
        } catch (PrincipalLimits.Reached e) {
            throw new ApiError(429, e.getMessage());
        }
        return answer;
    }

    /** False when there is none. */
    public synchronized boolean stop(Principal caller) {
        requireOwn(caller);
        return end("stopped by a client");
    }

    /** Whether this session is the one. */
    public boolean is(Session session) {
        return id.filter(session.id()::equals).isPresent();
    }

    private void requireOwn(Principal caller) {
        id.flatMap(sessions::find).filter(session -> !Ownership.isOf(caller, session)).ifPresent(session -> {
            throw new ApiError(403, "The headless session was started by somebody else: that needs the role operator");
        });
    }

    private List<String> load(LinearGraph graph, Principal caller) throws PipelineException, InterruptedException {
        List<String> chain = graph.pipelines().stream().map(LinearGraph.Step::nodeId).toList();
        if (!caller.role().covers(Role.OPERATOR)) {
            List<String> loaded = loader.status().nodes().stream().map(node -> node.nodeId()).toList();
            if (!loaded.containsAll(chain)) {
                throw new ApiError(403, "The graph's pipelines are not loaded under its node ids: loading them needs the role operator");
            }
            return chain;
        }
        loader.load(graph.pipelines().stream()
                .map(step -> new PipelineLoader.Entry(step.nodeId(), step.pipelineId(), Map.of()))
                .toList());
        PipelineLoader.Status status = loader.awaitIdle(LOAD_LIMIT);
        if (status.state() != PipelineLoader.State.LOADED) {
            throw ApiError.badRequest(status.error().orElse("The pipelines are not loaded yet: poll the status and start again"));
        }
        return chain;
    }

    private boolean end(String reason) {
        Optional<String> ending = id;
        id = Optional.empty();
        return ending.filter(one -> sessions.close(one, reason)).isPresent();
    }
}
