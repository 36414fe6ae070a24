package dev.caravan.monitoring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.api.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Prometheus of the test's own: a child process on a free port of loopback, with its data in a temporary folder. */
final class Prometheus implements AutoCloseable {

    private static final Pattern LISTENING = Pattern.compile("msg=\"Listening on\" address=(\\S+)");
    private static final long START_SECONDS = 30;

    private final Process process;
    private final CompletableFuture<String> address = new CompletableFuture<>();
    private final StringBuffer output = new StringBuffer();
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Prometheus(Process process) {
        this.process = process;
        Thread.ofPlatform().name("prometheus-output").daemon().start(this::read);
    }

    /** @param data an empty folder. Returns when its port is open */
    static Prometheus start(Path configuration, Path data) throws Exception {
        Prometheus prometheus = new Prometheus(process(
                "prometheus", "--config.file=" + configuration, "--storage.tsdb.path=" + data, "--web.listen-address=127.0.0.1:0").start());
        try {
            prometheus.address.get(START_SECONDS, TimeUnit.SECONDS);
            return prometheus;
        } catch (Exception e) {
            prometheus.close();
            throw new AssertionError("Prometheus did not start:\n" + prometheus.output, e);
        }
    }

    /** What an instant query finds now, as a list of series; empty while Prometheus still starts. */
    JsonNode query(String promql) {
        JsonNode answer = get("/api/v1/query?query=" + URLEncoder.encode(promql, StandardCharsets.UTF_8));
        if (!answer.at("/status").asText().equals("success")) {
            throw new AssertionError(promql + ": " + answer);
        }
        return answer.at("/data/result");
    }

    /** Whether a query finds something that is a number. */
    boolean hasData(String promql) {
        return query(promql).valueStream().anyMatch(series -> !series.at("/value/1").asText().equals("NaN"));
    }

    /** The rules it evaluates, with state and health of each. */
    List<JsonNode> rules() {
        return get("/api/v1/rules").at("/data/groups").valueStream().flatMap(group -> group.at("/rules").valueStream()).toList();
    }

    void awaitReady() {
        eventually("it reads its data", () -> send("/-/ready").statusCode() == 200);
    }

    /** Waits for a condition, never for a time. */
    void eventually(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain: " + what + "\n" + output);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    /** What {@code promtool} says and its exit status. @param input its standard input */
    static Tool tool(String input, String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "promtool";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process tool = process(command).start();
        try (var stdin = tool.outputWriter(StandardCharsets.UTF_8)) {
            stdin.write(input);
        }
        String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Tool(tool.waitFor(), said);
    }

    record Tool(int status, String said) {}

    private static ProcessBuilder process(String... command) {
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    private JsonNode get(String path) {
        return Json.read(send(path).body().getBytes(StandardCharsets.UTF_8));
    }

    private HttpResponse<String> send(String path) {
        try {
            return client.send(HttpRequest.newBuilder(URI.create("http://" + address.join() + path)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError("Prometheus is gone:\n" + output, e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.append(line).append('\n');
                Matcher listening = LISTENING.matcher(line);
                if (listening.find()) {
                    address.complete(listening.group(1));
                }
            }
        } catch (IOException ended) {
            // What a killed process leaves of its output.
        } finally {
            address.completeExceptionally(new IllegalStateException("it ended"));
        }
    }

    @Override
    public void close() {
        client.close();
        // Its data is thrown away: nothing is lost by not asking first.
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
