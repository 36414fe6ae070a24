package dev.caravan.api;

import dev.caravan.api.workflow.WorkflowResolver;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a workflow file needs and what of it is here (contract §1.10). */
public final class WorkflowApi extends ApiRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(WorkflowApi.class);

    private final WorkflowResolver resolver;

    public WorkflowApi(WorkflowResolver resolver) {
        super("workflow", "Workflow files");
        this.resolver = resolver;
    }

    @Override
    protected void operations() {
        post("/api/v1/workflow/resolve", "resolveWorkflow", "What a workflow needs and what of it is here; changes nothing", this::resolve)
                .jsonBody("a workflow file; pipelines, nodes and min_scope_version are read", Map.of(
                        "format", "scope-workflow", "pipelines", List.of(Map.of("pipeline_id", "longlive", "loras", List.of()))))
                .answers(422, "wrong types, or too many entries");
    }

    Reply resolve(Request request) {
        try {
            return Reply.json(resolver.resolve(request.requireObject()));
        } catch (IOException e) {
            LOG.error("A workflow could not be resolved", e);
            throw new ApiError(500, "Internal error while resolving workflow dependencies");
        }
    }
}
