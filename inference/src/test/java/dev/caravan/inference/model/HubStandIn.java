package dev.caravan.inference.model;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** A model hub of a few files on a free port of this machine that behaves, or misbehaves, as told. */
final class HubStandIn implements AutoCloseable {

    /** Answers instead of the stand-in when it wants to. */
    @FunctionalInterface
    interface Mood {
        /** @return whether it has answered */
        boolean answer(HttpExchange exchange, byte[] file) throws IOException, InterruptedException;
    }

    /** From this size on the stand-in keeps a file as the hub keeps large ones. */
    static final int LARGE = 1_000;

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

    HubStandIn without(String path) {
        files.remove(path);
        return this;
    }

    HubStandIn with(String path, String content) {
        return with(path, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Every file of a pipeline, each with its own address as content; directories get two files. */
    HubStandIn withAllOf(String pipelineId) {
        for (Artifact artifact : Artifacts.of(pipelineId)) {
            for (String file : artifact.files()) {
                String resolve = "/" + artifact.repo() + "/resolve/main/";
                if (!file.endsWith("/")) {
                    with(resolve + file, resolve + file);
                    continue;
                }
                with(resolve + file + "sub dir/tokenizer.json", file + "sub dir/tokenizer.json");
                with(resolve + file + "spiece.model", file + "spiece.model");
            }
        }
        return this;
    }

    /** What the hub lists of a repository's files: large ones with the SHA-256 of their bytes, small ones as git names them. */
    String tree(String repo) {
        String resolve = "/" + repo + "/resolve/main/";
        return files.entrySet().stream()
                .filter(file -> file.getKey().startsWith(resolve))
                .map(file -> entry(file.getKey().substring(resolve.length()), file.getValue()))
                .sorted()
                .collect(Collectors.joining(",\n", "[{\"type\":\"directory\",\"path\":\"google\",\"size\":0},", "]"));
    }

    static String entry(String path, byte[] content) {
        if (content.length >= LARGE) {
            return "{\"type\":\"file\",\"path\":\"%s\",\"oid\":\"%s\",\"size\":%d,\"lfs\":{\"oid\":\"%s\",\"size\":%d,\"pointerSize\":134}}"
                    .formatted(path, "0".repeat(40), content.length, hex("SHA-256", content), content.length);
        }
        return "{\"type\":\"file\",\"path\":\"%s\",\"oid\":\"%s\",\"size\":%d}".formatted(path, gitName(content), content.length);
    }

    static String gitName(byte[] content) {
        byte[] head = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] all = Arrays.copyOf(head, head.length + content.length);
        System.arraycopy(content, 0, all, head.length, content.length);
        return hex("SHA-1", all);
    }

    static String hex(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
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
            if (file == null && path.matches("/api/models/[^/]+/[^/]+/tree/main") && knows(repo(path))) {
                byte[] tree = tree(repo(path)).getBytes(StandardCharsets.UTF_8);
                begin(exchange, tree, tree.length);
            } else if (file == null) {
                respond(exchange, 404);
            } else {
                begin(exchange, file, file.length);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean knows(String repo) {
        return files.keySet().stream().anyMatch(path -> path.startsWith("/" + repo + "/resolve/main/"));
    }

    private static String repo(String treePath) {
        return treePath.replaceAll("/api/models/|/tree/main", "");
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
