package dev.caravan.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.Caravan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** What browsers connect to: the hub or the bare echo, each in a process of its own on a free port. */
final class Server implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);

    private final String name;
    private final URI uri;
    private final JvmProcess process;
    private final Optional<String> token;
    private final RestClient rest;

    private Server(String name, int port, Optional<String> token, JvmProcess process) {
        this.name = name;
        this.token = token;
        this.uri = URI.create("http://127.0.0.1:" + port);
        this.rest = new RestClient(uri, token);
        this.process = process;
        try {
            await("it answers", () -> status("/health") == 200);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    static Server echo(Path folder) {
        int port = freePort();
        return new Server("echo", port, Optional.empty(), new JvmProcess(BareEcho.class, List.of(String.valueOf(port)), folder.resolve("echo.log")));
    }

    /**
     * A hub with passthrough loaded.
     *
     * @param kafka {@code none} or {@code embedded}
     */
    static Server hub(Path folder, String kafka) {
        return hub(folder, kafka, Optional.empty());
    }

    /** The same without Kafka, and with a token that every request has to carry. */
    static Server guardedHub(Path folder) {
        return hub(folder, "none", Optional.of("a-token-of-the-bench-0123456789"));
    }

    private static Server hub(Path folder, String kafka, Optional<String> token) {
        int port = freePort();
        String called = kafka + token.map(secret -> "-guarded").orElse("");
        List<String> options = new ArrayList<>(List.of(
                "--port=" + port, "--kafka=" + kafka, "--kafka-port=0", "--data=" + folder.resolve("data-" + called), "-N"));
        // One principal sends everything here, and faster than any is meant to; counted it is all the same.
        token.ifPresent(secret -> options.addAll(List.of("--token=" + secret, "--request-rate=1000000")));
        Server hub = new Server("hub", port, token, new JvmProcess(Caravan.class, options, folder.resolve("hub-" + called + ".log")));
        try {
            hub.rest.post("/api/v1/pipeline/load", "{\"pipeline_ids\":[\"passthrough\"]}");
            hub.await("passthrough is loaded",
                    () -> hub.get("/api/v1/pipeline/status").path("status").asText().equals("loaded"));
            return hub;
        } catch (RuntimeException e) {
            hub.close();
            throw e;
        }
    }

    String name() {
        return name;
    }

    /** What it is and how it is doing. */
    @Override
    public String toString() {
        return name + " (" + (process.isAlive() ? "running" : "ended") + ", its last words:\n" + process.lastWords() + ")";
    }

    URI offerUri() {
        return uri.resolve("/api/v1/webrtc/offer");
    }

    /** What has to be shown; empty when nothing has. */
    String token() {
        return token.orElse("");
    }

    Duration cpu() {
        return process.cpu();
    }

    /** The status of an answer; 0 when there is none. */
    int status(String path) {
        return rest.status(path);
    }

    JsonNode get(String path) {
        try {
            return rest.get(path);
        } catch (UncheckedIOException e) {
            throw new IllegalStateException("the " + name + " does not answer " + path + "\n" + process.lastWords(), e);
        }
    }

    CompletableFuture<Integer> send(OpenLoop.Request request) {
        return rest.send(request);
    }

    /** Waits for a condition, bounded, as long as the process lives. */
    void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IllegalStateException("waited in vain until of the " + name + ": " + what + "\n" + process.lastWords());
            }
            Pause.of(POLL);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException("no free port", e);
        }
    }

    @Override
    public void close() {
        process.close();
        rest.close();
    }
}
