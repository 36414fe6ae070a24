package dev.caravan.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.Json;
import dev.caravan.api.ValidationError;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.jolokia.json.JSONStructure;
import org.jolokia.server.core.http.HttpRequestHandler;

/**
 * Jolokia's protocol over HTTP, narrowed: GET only looks, a POST is JSON of bounded size and number, another page's script is not heard,
 * no request is passed on to another JVM, and no answer has a stack trace. What the rest may touch is {@link JolokiaAgent}'s policy.
 */
final class JolokiaDoor implements AutoCloseable {

    private static final long MAX_BODY = 256 << 10;
    private static final int MAX_REQUESTS = 250;

    /** A GET needs no permission of the browser, so any page could send one. */
    private static final Set<String> LOOKS = Set.of("", "version", "read", "list", "search");

    /** What the policy judges, and what it leaves to everybody; write is judged too. Others would get past it. */
    private static final Set<String> TYPES = Set.of("read", "list", "search", "version", "exec", "write");

    /** Of the address's query. Left out: one that wraps the answer in a script, one that gives the path a second time. */
    private static final Set<String> QUERY =
            Set.of("maxDepth", "maxCollectionSize", "maxObjects", "ignoreErrors", "ifModifiedSince", "canonicalNaming", "includeRequest",
                    "serializeLong", "listKeys", "listCache");

    private final JolokiaAgent agent = new JolokiaAgent();

    void mount(Router router, int order, String path) {
        router.route(path + "/*").order(order).handler(JolokiaDoor::admit);
        router.post(path + "/*").order(order + 1).handler(BodyHandler.create(false).setBodyLimit(MAX_BODY));
        // On a worker: some attributes take a while.
        router.route(path + "/*").order(order + 2).blockingHandler(context -> answer(context, path), false);
    }

    private static void admit(RoutingContext context) {
        HttpServerRequest request = context.request();
        String origin = request.getHeader("Origin");
        if (request.method() != HttpMethod.GET && request.method() != HttpMethod.POST) {
            context.response().putHeader("Allow", "GET, HEAD, POST");
            refuse(context, 405, "Method Not Allowed");
        } else if (origin != null && !sameOrigin(origin, request)) {
            refuse(context, 403, "The console answers its own pages only");
        } else if (request.method() == HttpMethod.POST && !saysJson(request)) {
            refuse(context, 415, "Unsupported content type: send application/json");
        } else {
            context.next();
        }
    }

    private static boolean sameOrigin(String origin, HttpServerRequest request) {
        int scheme = origin.indexOf("://");
        return scheme > 0 && origin.substring(scheme + 3).equalsIgnoreCase(request.getHeader("Host"));
    }

    /** Types that no page can send to another site without asking its permission first. Hawtio says {@code text/json}. */
    private static boolean saysJson(HttpServerRequest request) {
        String type = request.getHeader("Content-Type");
        String bare = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return bare.equals("application/json") || bare.equals("text/json");
    }

    private void answer(RoutingContext context, String path) {
        if (context.request().method() == HttpMethod.POST) {
            post(context);
        } else {
            get(context, path);
        }
    }

    private void get(RoutingContext context, String path) {
        String below;
        try {
            below = URI.create(context.normalizedPath()).getPath().substring(path.length());
        } catch (IllegalArgumentException e) {
            refuse(context, 400, "The address cannot be read");
            return;
        }
        String[] parts = below.split("/", 3);
        if (!LOOKS.contains(parts.length < 2 ? "" : parts[1])) {
            refuse(context, 405, "Send what changes something with POST");
            return;
        }
        String uri = context.request().uri();
        send(context, agent.ask(handler -> handler.handleGetRequest(uri, below, query(context))));
    }

    private void post(RoutingContext context) {
        byte[] body = context.body().buffer() == null ? new byte[0] : context.body().buffer().getBytes();
        Optional<String> trouble = trouble(body);
        if (trouble.isPresent()) {
            refuse(context, 400, trouble.get());
            return;
        }
        String uri = context.request().uri();
        send(context, agent.ask(handler -> handler.handlePostRequest(
                uri, new ByteArrayInputStream(body), StandardCharsets.UTF_8.name(), query(context))));
    }

    /** What is wrong with a body before Jolokia reads it. Reading it here first also bounds its depth. */
    private static Optional<String> trouble(byte[] body) {
        JsonNode json;
        try {
            json = Json.read(body);
        } catch (ValidationError e) {
            return Optional.of(e.getMessage());
        }
        if (!json.isContainerNode() || json.isArray() && json.size() > MAX_REQUESTS) {
            return Optional.of("Send one request as an object, or up to " + MAX_REQUESTS + " as an array");
        }
        Iterable<JsonNode> requests = json.isArray() ? json : Set.of(json);
        return StreamSupport.stream(requests.spliterator(), false).flatMap(request -> troubleOfOne(request).stream()).findFirst();
    }

    private static Optional<String> troubleOfOne(JsonNode request) {
        if (request.has("target")) {
            return Optional.of("The hub passes nothing on to other targets");
        }
        return TYPES.contains(request.path("type").asText().toLowerCase(Locale.ROOT))
                ? Optional.empty()
                : Optional.of("The type of a request is one of read, list, search, version, exec");
    }

    private static Map<String, String[]> query(RoutingContext context) {
        Map<String, String[]> known = new HashMap<>();
        context.queryParams().forEach(each -> {
            if (QUERY.contains(each.getKey())) {
                known.put(each.getKey(), new String[] {each.getValue()});
            }
        });
        return known;
    }

    private static void send(RoutingContext context, JSONStructure answer) {
        context.response()
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(answer.toJSONString());
    }

    private static void refuse(RoutingContext context, int status, String detail) {
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(Buffer.buffer(Json.write(Map.of("detail", detail))));
    }

    @Override
    public void close() {
        agent.close();
    }

    /** One call of Jolokia. */
    interface Question {
        JSONStructure of(HttpRequestHandler handler) throws Exception;
    }
}
