package dev.caravan.api;

import java.util.function.Function;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.rest.RestDefinition;

/**
 * One group of the HTTP contract. A subclass takes what it needs as constructor arguments and lists its operations:
 *
 * <pre>{@code
 * public final class HealthApi extends ApiRoutes {
 *     public HealthApi(Health health) { super("health", "Is it alive"); ... }
 *
 *     protected void operations() {
 *         get("/health", "getHealth", "Liveness and checks", request -> Reply.json(health.report()))
 *                 .answers(200, "always, while alive");
 *     }
 * }
 * }</pre>
 *
 * <p>A path may have {@code {name}} placeholders for one segment and end in {@code {name*}} for all that follows.
 * Each operation is a REST definition for OpenAPI and one route {@code direct:<operation id>} with the route id
 * {@code api-<operation id>}, so that it is seen, counted and intercepted like every other route.
 */
public abstract class ApiRoutes extends RouteBuilder {

    private final String group;
    private final String about;
    private RestDefinition rest = new RestDefinition();

    /**
     * @param group tag of the operations in the API page, for example {@code pipelines}
     * @param about one line about the group
     */
    protected ApiRoutes(String group, String about) {
        this.group = group;
        this.about = about;
    }

    @Override
    public final void configure() {
        rest = rest().id("api-" + group).tag(group).description(about);
        operations();
    }

    /** Lists the operations by calling {@link #get}, {@link #post}, ... once for each. */
    protected abstract void operations();

    protected final Operation get(String path, String operationId, String summary, Api.Handler handler) {
        return operation(rest::get, path, operationId, summary, handler);
    }

    protected final Operation post(String path, String operationId, String summary, Api.Handler handler) {
        return operation(rest::post, path, operationId, summary, handler);
    }

    protected final Operation put(String path, String operationId, String summary, Api.Handler handler) {
        return operation(rest::put, path, operationId, summary, handler);
    }

    protected final Operation patch(String path, String operationId, String summary, Api.Handler handler) {
        return operation(rest::patch, path, operationId, summary, handler);
    }

    protected final Operation delete(String path, String operationId, String summary, Api.Handler handler) {
        return operation(rest::delete, path, operationId, summary, handler);
    }

    private Operation operation(
            Function<String, RestDefinition> verbs, String path, String operationId, String summary, Api.Handler handler) {
        PathTemplate template = new PathTemplate(path);
        RestDefinition verb = verbs.apply(template.routed());
        verb.id(operationId).description(summary).to("direct:" + operationId);
        from("direct:" + operationId)
                .routeId("api-" + operationId)
                .process(new ApiProcessor(operationId, template, handler))
                .id(operationId);
        Operation operation = new Operation(verb.getVerbs().getLast());
        // The router's form of the path does not name it any more.
        template.rest().ifPresent(name -> operation.path(name, "The rest of the path"));
        return operation;
    }
}
