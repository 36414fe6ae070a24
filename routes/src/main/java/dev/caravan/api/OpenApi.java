package dev.caravan.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.oas.models.OpenAPI;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.rest.RestDefinition;
import org.apache.camel.model.rest.VerbDefinition;
import org.apache.camel.openapi.BeanConfig;
import org.apache.camel.openapi.RestOpenApiReader;
import org.apache.camel.openapi.RestOpenApiSupport;
import org.jspecify.annotations.Nullable;

/** Describes every operation of the context's REST definitions, a user's own included, as OpenAPI 3.1. Thread-safe. */
public final class OpenApi {

    private final CamelContext context;
    private final String version;

    /** @param version of the hub */
    public OpenApi(CamelContext context, String version) {
        this.context = context;
        this.version = version;
    }

    /** The description as JSON. Made anew each time, because routes come and go; takes some milliseconds. */
    public byte[] json() {
        BeanConfig config = new BeanConfig();
        config.setTitle("Caravan");
        config.setVersion("3.1.0");
        config.setBasePath("/");
        try {
            OpenAPI description = new RestOpenApiReader()
                    .read(context, rests(), config, context.getName(), context.getClassResolver());
            JsonNode json = Json.read(RestOpenApiSupport.getJsonFromOpenAPIAsString(description, config)
                    .getBytes(StandardCharsets.UTF_8));
            return Json.write(finished((ObjectNode) json));
        } catch (ClassNotFoundException | IOException e) {
            throw new IllegalStateException("the API cannot be described", e);
        }
    }

    private ObjectNode finished(ObjectNode json) {
        json.putObject("info").put("title", "Caravan").put("version", version);
        // Relative: right whatever name or port the hub is reached by.
        json.putArray("servers").addObject().put("url", "/");
        ObjectNode components = json.withObjectProperty("components");
        components.withObjectProperty("securitySchemes").putObject("token").put("type", "http").put("scheme", "bearer");
        ObjectNode error = components.withObjectProperty("schemas").putObject("Error").put("type", "object");
        error.putObject("properties").putObject("detail").put("description", "A text, or with 422 a list of {type, loc, msg, input}");
        Map<String, String> examples = examples();
        ObjectNode paths = json.objectNode();
        for (Map.Entry<String, JsonNode> path : json.path("paths").properties()) {
            path.getValue().forEach(operation -> {
                complete((ObjectNode) operation);
                body(operation, examples.get(operation.path("operationId").asText()));
            });
            paths.set(named(path.getKey(), path.getValue()), path.getValue());
        }
        json.set("paths", paths);
        return json;
    }

    /** Says what goes without saying where operations are written: 200 with JSON, errors in the contract's shape. */
    private static void complete(ObjectNode operation) {
        operation.remove("x-camelContextId");
        ObjectNode responses = operation.withObjectProperty("responses");
        responses.remove("default");
        boolean success = false;
        for (Map.Entry<String, JsonNode> response : responses.properties()) {
            success |= response.getKey().startsWith("2");
            if (response.getKey().startsWith("4") || response.getKey().startsWith("5")) {
                errorBody((ObjectNode) response.getValue());
            }
        }
        if (!success) {
            responses.putObject("200").put("description", "OK");
        }
        errorBody(responses.putObject("default").put("description", "Refused or failed"));
    }

    /** Camel calls every body a string: says what it is, so that the API page offers one that works. */
    private static void body(JsonNode operation, @Nullable String example) {
        operation.path("requestBody").path("content").properties().forEach(content -> {
            ObjectNode media = (ObjectNode) content.getValue();
            ObjectNode schema = media.putObject("schema");
            if (example == null) {
                schema.put("type", "string").put("format", "binary");
            } else {
                schema.put("type", "object");
                media.set("example", Json.read(example.getBytes(StandardCharsets.UTF_8)));
            }
        });
    }

    /** Examples of JSON bodies by operation. */
    private Map<String, String> examples() {
        Map<String, String> examples = new HashMap<>();
        for (RestDefinition rest : rests()) {
            for (VerbDefinition verb : rest.getVerbs()) {
                verb.getParams().stream()
                        .filter(parameter -> parameter.getExamples() != null)
                        .flatMap(parameter -> parameter.getExamples().stream())
                        .forEach(example -> examples.put(verb.getId(), example.getValue()));
            }
        }
        return examples;
    }

    private List<RestDefinition> rests() {
        return context.getCamelContextExtension().getContextPlugin(Model.class).getRestDefinitions();
    }

    private static void errorBody(ObjectNode response) {
        response.putObject("content")
                .putObject("application/json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/Error");
    }

    /** OpenAPI knows no {@code *}: shows it as the placeholder it stands for. */
    private static String named(String path, JsonNode operations) {
        if (!path.endsWith("/*")) {
            return path;
        }
        for (JsonNode operation : operations) {
            for (JsonNode parameter : operation.path("parameters")) {
                String placeholder = "{" + parameter.path("name").asText() + "}";
                if (parameter.path("in").asText().equals("path") && !path.contains(placeholder)) {
                    return path.substring(0, path.length() - 1) + placeholder;
                }
            }
        }
        return path;
    }
}
