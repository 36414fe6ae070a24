package dev.caravan.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.onvoid.webrtc.PeerConnectionFactory;
import dev.onvoid.webrtc.media.audio.HeadlessAudioDeviceModule;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What the hub is measured against: the least that sends a browser its own video back through webrtc-java. It answers the same offer
 * call and nothing else; a picture is copied once and pushed from the library's own callback. Prints its address and lives until its
 * standard input ends, that is as long as whoever started it.
 */
public final class BareEcho {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HeadlessAudioDeviceModule audio = new HeadlessAudioDeviceModule(); // held: the factory does not keep it alive
    private final PeerConnectionFactory factory = new PeerConnectionFactory(audio);
    private final ExecutorService executor = Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());

    private BareEcho() {}

    public static void main(String[] arguments) throws IOException {
        BareEcho echo = new BareEcho();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])), 0);
        server.setExecutor(echo.executor);
        server.createContext("/health", exchange -> reply(exchange, 200, "{}"));
        server.createContext("/api/v1/webrtc/offer", echo::offer);
        server.start();
        while (System.in.read() >= 0) {
            // Nothing is sent; the end is what is waited for.
        }
        System.exit(0);
    }

    private void offer(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            reply(exchange, 200, "{}"); // the browser asks whether it may
            return;
        }
        try {
            JsonNode offer = JSON.readTree(exchange.getRequestBody());
            EchoPeer peer = new EchoPeer(factory, executor);
            ObjectNode answer = JSON.createObjectNode();
            answer.put("sdp", peer.answer(offer.path("sdp").asText()));
            answer.put("type", "answer");
            reply(exchange, 200, answer.toString());
        } catch (Exception e) {
            reply(exchange, 500, JSON.createObjectNode().put("detail", e.toString()).toString());
        }
    }

    private static void reply(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.getResponseHeaders().add("Access-Control-Allow-Origin", "*");
        exchange.getResponseHeaders().add("Access-Control-Allow-Headers", "*");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
