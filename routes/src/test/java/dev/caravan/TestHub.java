package dev.caravan;

import dev.caravan.config.ConfigException;
import dev.caravan.config.OptionValues;
import dev.caravan.config.Settings;
import dev.caravan.config.SettingsReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** A hub on a free port without Kafka, and a client for it. */
public final class TestHub implements AutoCloseable {

    private final RunningHub running;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private TestHub(RunningHub running) {
        this.running = running;
    }

    /** @param flags further options, which win over the usual ones of tests */
    public static TestHub start(Path data, String... flags) throws StartException, ConfigException {
        return new TestHub(Caravan.start(settings(data, flags)));
    }

    public static Settings settings(Path data, String... flags) throws ConfigException {
        List<String> arguments = new ArrayList<>(List.of("--port=0", "--kafka=none", "-N", "--data=" + data));
        arguments.addAll(List.of(flags));
        return SettingsReader.read(OptionValues.read(arguments, Map.of(), new Properties()));
    }

    public RunningHub running() {
        return running;
    }

    public URI uri(String path) {
        return URI.create(running.baseUri() + path);
    }

    public HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        return send("GET", path, HttpRequest.BodyPublishers.noBody(), headers);
    }

    public HttpResponse<String> post(String path, String body, String... headers) throws IOException, InterruptedException {
        return send("POST", path, HttpRequest.BodyPublishers.ofString(body), headers);
    }

    /** @param headers names and values in turn */
    public HttpResponse<String> send(String method, String path, HttpRequest.BodyPublisher body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(20)).method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Sends lines as they are, for headers that a polite client would not send, and returns all that comes back. */
    public String raw(String... lines) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", running.baseUri().getPort())) {
            socket.setSoTimeout(20_000);
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
    }
}
