package dev.caravan;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.caravan.api.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/** A model hub on this machine: every folder below a models folder is a repository of {@code daydreamlive}. */
public final class FolderModelHub implements AutoCloseable {

    private static final String OWNER = "daydreamlive";

    /** Paths of the files that were asked for. */
    final List<String> fetched = new CopyOnWriteArrayList<>();

    private final Path root;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    public FolderModelHub(Path root) throws IOException {
        this.root = root;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/api/models/" + OWNER + "/", this::list);
        server.createContext("/" + OWNER + "/", this::file);
        server.start();
    }

    /** For {@code --hf-endpoint}. */
    public String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void list(HttpExchange exchange) throws IOException {
        Path repository = root.resolve(exchange.getRequestURI().getPath().split("/")[4]);
        List<Map<String, Object>> entries = new ArrayList<>();
        try (exchange; Stream<Path> files = Files.walk(repository)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                Map<String, Object> entry = new LinkedHashMap<>();
                entry.put("type", "file");
                entry.put("path", repository.relativize(file).toString());
                entry.put("size", Files.size(file));
                entry.put("lfs", Map.of("oid", sha256(file), "size", Files.size(file)));
                entries.add(entry);
            }
            send(exchange, Json.MAPPER.writeValueAsBytes(entries));
        }
    }

    private void file(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath().substring(OWNER.length() + 2).replaceFirst("/resolve/main/", "/");
        try (exchange) {
            if (!Files.isRegularFile(root.resolve(path))) {
                exchange.sendResponseHeaders(404, -1);
                return;
            }
            fetched.add(path);
            send(exchange, Files.readAllBytes(root.resolve(path)));
        }
    }

    private static void send(HttpExchange exchange, byte[] content) throws IOException {
        exchange.sendResponseHeaders(200, content.length);
        exchange.getResponseBody().write(content);
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
