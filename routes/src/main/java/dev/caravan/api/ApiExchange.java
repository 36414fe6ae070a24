package dev.caravan.api;

import dev.caravan.http.Callers;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConstants;

/** Reads requests from exchanges and writes replies to them: the only class of the API that knows the transport. */
final class ApiExchange {

    private ApiExchange() {}

    static Request read(Exchange exchange, PathTemplate template) {
        HttpServerRequest http = http(exchange).getRequest();
        byte[] body = exchange.getMessage().getBody(byte[].class);
        Map<String, String> headers = new HashMap<>();
        http.headers().forEach(entry -> headers.putIfAbsent(entry.getKey().toLowerCase(Locale.ROOT), entry.getValue()));
        return new Request(
                http.method().name(),
                http.path(),
                template.match(http.path()),
                queries(http.query()),
                headers,
                body == null ? new byte[0] : body,
                Callers.of(exchange.getMessage().getHeader(VertxPlatformHttpConstants.AUTHENTICATED_USER)));
    }

    static void write(Exchange exchange, Reply reply) {
        Message message = exchange.getMessage();
        // What came in must not go out: Camel copies the headers of the last message to the response.
        message.removeHeaders("*");
        switch (reply.body()) {
            case Reply.File file -> {
                send(http(exchange), reply, file);
                return;
            }
            case Reply.Bytes bytes -> {
                message.setHeader(Exchange.CONTENT_TYPE, bytes.contentType());
                message.setBody(ByteBuffer.wrap(bytes.bytes()));
            }
            case Reply.Nothing nothing -> message.setBody(null);
        }
        reply.headers().forEach((name, value) -> http(exchange).getResponse().putHeader(name, value));
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, reply.status());
    }

    /** Hands the file to the transport, which sends it from the kernel; Camel sees an answer that is already on its way. */
    private static void send(HttpMessage http, Reply reply, Reply.File file) {
        HttpServerResponse response = http.getResponse();
        FileSlice slice = FileSlice.of(file.path(), http.getRequest().headers()::get);
        reply.headers().forEach(response::putHeader);
        slice.headers().forEach(response::putHeader);
        response.setStatusCode(slice.status());
        if (slice.status() == 304 || slice.status() == 416) {
            response.end();
            return;
        }
        // The length is said aloud for HEAD, which arrives here as GET; the transport leaves the body out.
        response.putHeader("Content-Type", file.contentType())
                .putHeader("Content-Length", Long.toString(slice.length()))
                .sendFile(file.path().toString(), slice.offset(), slice.length());
    }

    private static HttpMessage http(Exchange exchange) {
        if (exchange.getIn() instanceof HttpMessage http) {
            return http;
        }
        throw new IllegalStateException("operations of the HTTP API answer HTTP requests only");
    }

    private static Map<String, List<String>> queries(String raw) {
        Map<String, List<String>> queries = new LinkedHashMap<>();
        if (raw == null) {
            return queries;
        }
        for (String pair : raw.split("&")) {
            String[] parts = pair.split("=", 2);
            if (!parts[0].isEmpty()) {
                queries.computeIfAbsent(decode(parts[0]), n -> new ArrayList<>())
                        .add(parts.length == 2 ? decode(parts[1]) : "");
            }
        }
        return queries;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw ApiError.badRequest("The query string is not percent-encoded correctly");
        }
    }
}
