package dev.caravan.inference.model;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A model hub of a few files on a free port of this machine that behaves, or misbehaves, as told. */
final class HubStandIn implements AutoCloseable {

    /** Answers instead of the stand-in when it wants to. */
    @FunctionalInterface
    interface Mood {
        /** @return whether it has answered */
        boolean answer(HttpExchange exchange, byte[] file) throws IOException, InterruptedException;
    }

    final List<String> requests = new CopyOnWriteArrayList<>();
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    volatile Mood mood = (exchange, file) -> false;

    HubStandIn() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    HubStandIn with(String path, byte[] content) {
        files.put(path, content);
        return this;
    }

    HubStandIn with(String path, String content) {
        return with(path, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Every file of a pipeline, each with its own address as content; directories get a listing of two files. */
    HubStandIn withAllOf(String pipelineId) {
        for (Artifact artifact : Artifacts.of(pipelineId)) {
            for (String file : artifact.files()) {
                String resolve = "/" + artifact.repo() + "/resolve/main/";
                if (!file.endsWith("/")) {
                    with(resolve + file, resolve + file);
                    continue;
                }
                String first = file + "sub dir/tokenizer.json";
                String second = file + "spiece.model";
                with(resolve + first, first);
                with(resolve + second, second);
                with("/api/models/" + artifact.repo() + "/tree/main/" + file.replaceFirst("/$", ""),
                        """
                        [{"type":"directory","path":"%ssub dir","size":0},{"type":"file","path":"%s","size":%d},
                         {"type":"file","path":"%s","size":%d,"lfs":{"size":1}}]"""
                                .formatted(file, first, first.length(), second, second.length()));
            }
        }
        return this;
    }

    static void respond(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
    }

    /** Announces all of the rest of a file and sends the part before {@code until}. */
    static void begin(HttpExchange exchange, byte[] file, int until) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        if (from > 0) {
            exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (file.length - 1) + "/" + file.length);
        }
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(file.length));
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, head ? -1 : file.length - from == 0 ? -1 : file.length - from);
        if (!head && until > from) {
            exchange.getResponseBody().write(Arrays.copyOfRange(file, from, until));
            exchange.getResponseBody().flush();
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String range = exchange.getRequestHeaders().getFirst("Range");
            String token = exchange.getRequestHeaders().getFirst("Authorization");
            String path = exchange.getRequestURI().getPath();
            requests.add(exchange.getRequestMethod() + " " + path + (range == null ? "" : " " + range) + (token == null ? "" : " " + token));
            byte[] file = files.get(path);
            if (mood.answer(exchange, file == null ? new byte[0] : file)) {
                return;
            }
            if (file == null) {
                respond(exchange, 404);
            } else {
                begin(exchange, file, file.length);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
