package dev.caravan.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.Caravan;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What browsers connect to: the hub or the bare echo, each in a process of its own on a free port. */
final class Server implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String name;
    private final URI uri;
    private final JvmProcess process;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Server(String name, int port, JvmProcess process) {
        this.name = name;
        this.uri = URI.create("http://127.0.0.1:" + port);
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
        return new Server("echo", port, new JvmProcess(BareEcho.class, List.of(String.valueOf(port)), folder.resolve("echo.log")));
    }

    /**
     * A hub with passthrough loaded.
     *
     * @param kafka {@code none} or {@code embedded}
     */
    static Server hub(Path folder, String kafka) {
        int port = freePort();
        List<String> options = List.of(
                "--port=" + port, "--kafka=" + kafka, "--kafka-port=0", "--data=" + folder.resolve("data-" + kafka), "-N");
        Server hub = new Server("hub", port, new JvmProcess(Caravan.class, options, folder.resolve("hub-" + kafka + ".log")));
        try {
            hub.post("/api/v1/pipeline/load", "{\"pipeline_ids\":[\"passthrough\"]}");
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

    Duration cpu() {
        return process.cpu();
    }

    /** The status of an answer; 0 when there is none. */
    int status(String path) {
        try {
            return send(HttpRequest.newBuilder(uri.resolve(path))).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    JsonNode get(String path) {
        try {
            return JSON.readTree(send(HttpRequest.newBuilder(uri.resolve(path))).body());
        } catch (IOException e) {
            throw new IllegalStateException("the " + name + " does not answer " + path + "\n" + process.lastWords(), e);
        }
    }

    private void post(String path, String body) {
        try {
            HttpResponse<String> answer = send(HttpRequest.newBuilder(uri.resolve(path))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(body)));
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("POST " + path + " is answered with " + answer.statusCode() + " " + answer.body());
            }
        } catch (IOException e) {
            throw new IllegalStateException("the " + name + " does not answer " + path, e);
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException {
        try {
            return client.send(request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
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
        client.shutdownNow();
    }
}
