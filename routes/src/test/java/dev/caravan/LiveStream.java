package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.processors.webrtc.libwebrtc.TestPeer;
import java.util.concurrent.TimeUnit;

/** A browser that sends its camera through the hub and watches it come back, for as long as a test does other things. */
final class LiveStream implements AutoCloseable {

    private static final int ENOUGH = 3;

    private final HubClient client;
    private final HubClient.Connected browser;
    private final Thread camera;
    private volatile boolean closed;

    private LiveStream(HubClient client, HubClient.Connected browser) {
        this.client = client;
        this.browser = browser;
        // A dozen pictures a second are enough to see life and leave the machine to the test.
        this.camera = Thread.ofPlatform().name("camera").daemon().start(() -> {
            while (!closed) {
                browser.peer().push(HubClient.grey(320, 240, 100));
                try {
                    TimeUnit.MILLISECONDS.sleep(80);
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
    }

    /** Opens its session with what is loaded and returns when pictures come back. */
    static LiveStream start(HubClient client) throws Exception {
        LiveStream stream = new LiveStream(client, client.connect());
        stream.browser.peer().awaitPicture(picture -> HubClient.isGrey(picture, 100));
        return stream;
    }

    String id() {
        return browser.id();
    }

    TestPeer peer() {
        return browser.peer();
    }

    /** The hub is well, the session makes pictures, and they arrive. */
    void assertAlive() throws Exception {
        JsonNode health = client.get("/health");
        assertEquals("healthy", health.get("status").asText());
        assertEquals("up", health.at("/checks/webrtc/status").asText(), health::toString);
        long made = client.get("/api/v1/sessions/" + id()).get("frames_out").asLong();
        client.await("/api/v1/sessions/" + id(), session -> session.get("frames_out").asLong() >= made + ENOUGH);
        for (int i = 0; i < ENOUGH; i++) {
            peer().awaitPicture(picture -> HubClient.isGrey(picture, 100));
        }
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        camera.join();
        browser.close();
    }
}
