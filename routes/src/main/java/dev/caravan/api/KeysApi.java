package dev.caravan.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.keys.Service;
import dev.caravan.api.keys.ServiceTokens;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tokens for other services (contract §1.9): which are set, storing and removing them. Their values never leave the hub. */
public final class KeysApi extends ApiRoutes {

    private final ServiceTokens tokens;

    public KeysApi(ServiceTokens tokens) {
        super("keys", "Tokens for other services");
        this.tokens = tokens;
    }

    @Override
    protected void operations() {
        get("/api/v1/keys", "listKeys", "Which tokens are set; never their values", request ->
                Reply.json(Map.of("keys", Arrays.stream(Service.values()).map(this::json).toList())));
        put("/api/v1/keys/{service_id}", "putKey", "Store a token; only its owner may read the file", this::store)
                .path("service_id", "huggingface or civitai")
                .jsonBody("value", Map.of("value", "hf_..."))
                .answers(404, "no such service")
                .answers(409, "set by the hub's settings")
                .answers(422, "empty, or no token");
        delete("/api/v1/keys/{service_id}", "deleteKey", "Remove a stored token", this::remove)
                .path("service_id", "huggingface or civitai")
                .answers(404, "no such service, or no token stored")
                .answers(409, "set by the hub's settings");
    }

    Reply store(Request request) throws IOException {
        String value = value(request);
        Service service = service(request);
        if (tokens.isGiven(service)) {
            throw new ApiError(409, service.variable() + " environment variable is already set. Remove it to manage this key from the UI.");
        }
        tokens.store(service, value);
        return done(service, "saved");
    }

    Reply remove(Request request) throws IOException {
        Service service = service(request);
        if (tokens.isGiven(service)) {
            throw new ApiError(409, "Cannot remove token set via " + service.variable()
                    + " environment variable. Unset the environment variable instead.");
        }
        if (!tokens.remove(service)) {
            throw ApiError.notFound("No " + service.title() + " token to remove");
        }
        return done(service, "removed");
    }

    /** Faults do not repeat what was given, as they do elsewhere: it may be a token with a typing error. */
    private static String value(Request request) {
        JsonNode value = object(request).path("value");
        if (value.isMissingNode() || value.isNull()) {
            throw ValidationError.body("missing", "Field required", null, "value");
        }
        if (!value.isTextual()) {
            throw ValidationError.body("string_type", "Input should be a valid string", null, "value");
        }
        String token = value.asText().strip();
        if (token.isEmpty()) {
            throw ValidationError.body("string_too_short", "String should have at least 1 character", null, "value");
        }
        if (!ServiceTokens.isToken(token)) {
            throw ValidationError.body("value_error", "A token has 1 to " + ServiceTokens.LONGEST
                    + " letters, digits and signs without spaces", null, "value");
        }
        return token;
    }

    private static JsonNode object(Request request) {
        try {
            return request.requireObject();
        } catch (ValidationError e) {
            throw ValidationError.body("model_attributes_type", "Input should be a valid dictionary or object", null);
        }
    }

    private static Service service(Request request) {
        String id = request.path("service_id");
        return Service.named(id).orElseThrow(() -> ApiError.notFound("Unknown service: " + id));
    }

    private static Reply done(Service service, String what) {
        return Reply.json(Map.of("success", true, "message", service.title() + " token " + what));
    }

    private Map<String, Object> json(Service service) {
        boolean set = tokens.find(service).isPresent();
        Map<String, Object> key = new LinkedHashMap<>();
        key.put("id", service.id());
        key.put("name", service.title());
        key.put("description", service.description());
        key.put("is_set", set);
        key.put("source", !set ? null : tokens.isGiven(service) ? "env_var" : "stored");
        key.put("env_var", service.variable());
        key.put("key_url", service.page());
        return key;
    }
}
