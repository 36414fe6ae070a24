package dev.caravan;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.config.OptionValues;
import dev.caravan.config.SettingsReader;
import dev.caravan.inference.pipeline.PipelineLoader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A whole hub in this JVM, on a free port, with an empty data folder, started by the flags a person would type. */
public final class TestHub implements AutoCloseable {

    /** How long anything may take on a loaded machine before a test gives up. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path data;
    private final RunningHub running;
    private final HttpClient http = HttpClient.newHttpClient();

    private TestHub(Path data, RunningHub running) {
        this.data = data;
        this.running = running;
    }

    /** @param flags as on the command line; port and data folder are chosen here */
    public static TestHub start(String... flags) {
        try {
            Path data = Files.createTempDirectory("caravan-test");
            List<String> all = new ArrayList<>(List.of("--port", "0", "--data", data.toString(), "-N"));
            all.addAll(List.of(flags));
            return new TestHub(data, Caravan.start(SettingsReader.read(OptionValues.read(all, Map.of(), new Properties()))));
        } catch (Exception e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    public Hub hub() {
        return running.hub();
    }

    public RunningHub running() {
        return running;
    }

    public int port() {
        return running.baseUri().getPort();
    }

    public URI uri(String path) {
        return running.baseUri().resolve(path);
    }

    public Path data() {
        return data;
    }

    /** Loads pipelines and waits until they are. */
    public void load(String... ids) {
        hub().loader().load(Stream.of(ids).map(id -> new PipelineLoader.Entry(id, id, Map.of())).toList());
        await("loaded: " + String.join(", ", ids), () -> hub().loader().status().state() == PipelineLoader.State.LOADED);
    }

    public JsonNode get(String path) {
        return json(send(HttpRequest.newBuilder(uri(path)).build()));
    }

    public JsonNode post(String path, String json) {
        return json(send(HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json))
                .build()));
    }

    /** The status of a GET. */
    public int status(String path) {
        return send(HttpRequest.newBuilder(uri(path)).build()).statusCode();
    }

    public HttpResponse<byte[]> send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits until something becomes true, polling. */
    public static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain until " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }

    private static JsonNode json(HttpResponse<byte[]> response) {
        if (response.statusCode() >= 400) {
            throw new AssertionError(response.statusCode() + " " + new String(response.body()));
        }
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        running.close();
        http.close();
        try (Stream<Path> files = Files.walk(data)) {
            files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // The operating system cleans its temporary folder.
        }
    }
}
