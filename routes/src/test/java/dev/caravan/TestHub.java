package dev.caravan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.Json;
import dev.caravan.config.ConfigException;
import dev.caravan.config.OptionValues;
import dev.caravan.config.Settings;
import dev.caravan.config.SettingsReader;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.traces.HubTraces;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/** A hub on a free port without Kafka, in a folder of its own unless told otherwise, and a client for it. */
public final class TestHub implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final RunningHub running;
    private final List<Path> remove;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private TestHub(RunningHub running, List<Path> remove) {
        this.running = running;
        this.remove = remove;
    }

    /** @param flags further options, which win over the usual ones of tests */
    public static TestHub start(String... flags) {
        return start(Hub::open, flags);
    }

    /** The same with traces. @param traces makes them of what settings say and the hub's version */
    public static TestHub traced(BiFunction<Settings.Traces, String, HubTraces> traces, String... flags) {
        String[] all = Stream.concat(Stream.of("--traces-endpoint=http://127.0.0.1:1"), Stream.of(flags)).toArray(String[]::new);
        return start(settings -> Hub.open(settings, traces), all);
    }

    private static TestHub start(Function<Settings, Hub> parts, String... flags) {
        try {
            Path data = Files.createTempDirectory("caravan-test-");
            return new TestHub(RunningHub.start(settings(data, flags), parts), List.of(data));
        } catch (StartException | ConfigException e) {
            throw new AssertionError(e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same in a folder that was prepared and that stays. */
    public static TestHub startIn(Path data, String... flags) throws StartException, ConfigException {
        return new TestHub(Caravan.start(settings(data, flags)), List.of());
    }

    /** The same with settings that came through other doors than flags. */
    public static TestHub over(Settings settings) throws StartException {
        return new TestHub(Caravan.start(settings), List.of());
    }

    public static Settings settings(Path data, String... flags) throws ConfigException {
        List<String> arguments = new ArrayList<>(List.of("--port=0", "--kafka=none", "-N", "--data=" + data));
        // A list option would keep the first value too.
        if (List.of(flags).contains("--kafka") || Stream.of(flags).anyMatch(flag -> flag.startsWith("--kafka="))) {
            arguments.remove("--kafka=none");
        }
        arguments.addAll(List.of(flags));
        return SettingsReader.read(OptionValues.read(arguments, Map.of(), new Properties()));
    }

    public RunningHub running() {
        return running;
    }

    public int port() {
        return running.baseUri().getPort();
    }

    /** Its data folder. */
    public Path data() {
        return running.hub().settings().folders().data();
    }

    public URI uri(String path) {
        return URI.create(running.baseUri() + path);
    }

    /** Loads a pipeline and waits for it. */
    public void load(String pipelineId) {
        post("/api/v1/pipeline/load", "{\"pipeline_ids\":[\"" + pipelineId + "\"]}");
        PipelineLoader.Status status;
        try {
            status = running.hub().loader().awaitIdle(LIMIT);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        if (status.state() != PipelineLoader.State.LOADED) {
            throw new AssertionError(pipelineId + " is " + status.state() + ": " + status.error().orElse(""));
        }
    }

    /** The JSON of a successful answer. */
    public JsonNode get(String path) {
        HttpResponse<String> answer = fetch(path);
        if (answer.statusCode() != 200) {
            throw new AssertionError("GET " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return Json.read(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    /** The status of a GET. */
    public int status(String path) {
        return fetch(path).statusCode();
    }

    /** @param headers names and values in turn */
    public HttpResponse<String> fetch(String path, String... headers) {
        return send("GET", path, HttpRequest.BodyPublishers.noBody(), headers);
    }

    /** @param headers names and values in turn */
    public HttpResponse<String> post(String path, String body, String... headers) {
        return send("POST", path, HttpRequest.BodyPublishers.ofString(body), headers);
    }

    /** @param headers names and values in turn */
    public HttpResponse<String> send(String method, String path, HttpRequest.BodyPublisher body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path)).timeout(LIMIT).method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends lines as they are, for headers that a polite client would not send, and returns all that comes back. */
    public String raw(String... lines) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.getOutputStream().write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            try (InputStream in = socket.getInputStream()) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }

    @Override
    public void close() {
        running.close();
        client.close();
        for (Path folder : remove) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
