package dev.caravan.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Asks one server, over connections that are kept. Shows a token where there is one. Thread-safe. */
final class RestClient implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final URI uri;
    private final Optional<String> token;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    RestClient(URI uri, Optional<String> token) {
        this.uri = uri;
        this.token = token;
    }

    /** The status of an answer; 0 when there is none. */
    int status(String path) {
        try {
            return send(HttpRequest.newBuilder(uri.resolve(path))).statusCode();
        } catch (UncheckedIOException e) {
            return 0;
        }
    }

    JsonNode get(String path) {
        try {
            return JSON.readTree(send(HttpRequest.newBuilder(uri.resolve(path))).body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param body JSON */
    void post(String path, String body) {
        HttpResponse<String> answer = send(posting(path, body));
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("POST " + path + " is answered with " + answer.statusCode() + " " + answer.body());
        }
    }

    /** Sends a request and returns at once, with the status that will come. */
    CompletableFuture<Integer> send(OpenLoop.Request wish) {
        HttpRequest.Builder request =
                wish.body().isEmpty() ? HttpRequest.newBuilder(uri.resolve(wish.path())) : posting(wish.path(), wish.body());
        return client.sendAsync(finished(request), HttpResponse.BodyHandlers.ofByteArray()).thenApply(HttpResponse::statusCode);
    }

    private HttpRequest.Builder posting(String path, String body) {
        return HttpRequest.newBuilder(uri.resolve(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private HttpRequest finished(HttpRequest.Builder request) {
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        return request.timeout(PATIENCE).build();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return client.send(finished(request), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
