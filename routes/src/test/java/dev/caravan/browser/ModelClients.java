package dev.caravan.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.SessionRecorder;
import dev.caravan.TestHub;
import dev.caravan.TinySet;
import dev.caravan.inference.frame.Picture;
import java.util.List;
import java.util.Map;

/** Clients in a browser of a hub whose models are small and random, and what is looked at when one of them streams. */
final class ModelClients implements AutoCloseable {

    final TestHub hub = TinySet.hub("--close-grace-s=1");
    final SessionRecorder recorder = new SessionRecorder(hub);
    final PageServer pages = new PageServer();
    final Chromium chromium = new Chromium(hub.port());

    /** Opens a page around a published client's code. */
    void open(String name, String body, String code) {
        chromium.open(pages.page(name, ClientPage.of(body, code)));
    }

    /** Loads a pipeline as a client without a page would. */
    void load(String parameters) {
        hub.post("/api/v1/pipeline/load", parameters);
        chromium.await("it is loaded", () -> hub.get("/api/v1/pipeline/status").get("status").asText().equals("loaded"));
    }

    /** Closes the page and waits until its session is gone. */
    void leave() {
        chromium.open("about:blank");
        chromium.await("no session is left", () -> hub.get("/api/v1/sessions").get("sessions").isEmpty());
    }

    void awaitConnected() {
        chromium.await("it is connected and its data channel is open",
                "peers.length > 0 && peers.at(-1).connectionState === 'connected' && channel.readyState === 'open'");
        assertEquals(List.of(), chromium.eval("errors"));
    }

    /** Frames come, in the size that was loaded, none of one colour, and they are not all alike. */
    void awaitMovingPictures(String video, int width, int height) {
        chromium.await("a picture is shown", () -> chromium.luma(video).isPresent());
        Picture.I420 first = chromium.luma(video).orElseThrow();
        chromium.await("they change", () -> difference(first, chromium.luma(video).orElse(first)) > 2);
        String element = "document.querySelector('" + video + "')";
        assertEquals(List.of((long) width, (long) height), chromium.eval("[" + element + ".videoWidth, " + element + ".videoHeight]"));
        assertTrue(contrast(chromium.luma(video).orElseThrow()) > 4, "something is to be seen");
    }

    /** The mean difference of the luma of two videos of one size, 0..255. */
    double difference(String video, String other) {
        var one = chromium.luma(video);
        var two = chromium.luma(other);
        return one.isPresent() && two.isPresent() ? difference(one.get(), two.get()) : 0;
    }

    private static double difference(Picture.I420 one, Picture.I420 other) {
        int pixels = one.width() * one.height();
        if (pixels != other.width() * other.height()) {
            return 0;
        }
        long sum = 0;
        for (int i = 0; i < pixels; i++) {
            sum += Math.abs((one.data()[i] & 255) - (other.data()[i] & 255));
        }
        return (double) sum / pixels;
    }

    /** The mean distance of luma from its mean. */
    private static double contrast(Picture.I420 picture) {
        int pixels = picture.width() * picture.height();
        double mean = 0;
        for (int i = 0; i < pixels; i++) {
            mean += (picture.data()[i] & 255) / (double) pixels;
        }
        double distance = 0;
        for (int i = 0; i < pixels; i++) {
            distance += Math.abs((picture.data()[i] & 255) - mean) / pixels;
        }
        return distance;
    }

    /** The session that was opened last. */
    String session() {
        var sessions = hub.get("/api/v1/sessions").get("sessions");
        return sessions.get(sessions.size() - 1).get("id").asText();
    }

    /** The parameters in force. */
    Map<String, Object> parameters(String session) {
        return hub.running().hub().sessions().find(session).orElseThrow().parameters();
    }

    String promptInUse(String session) {
        return hub.get("/api/v1/sessions/" + session + "/parameters").at("/parameters/prompts/0/text").asText();
    }

    /** The chunk that first used what was said of a key at this offset of the session's log or later. */
    long appliedWith(String session, String key, long offset) {
        return (Long) recorder.applied(session, key, offset).get("chunk");
    }

    @Override
    public void close() {
        chromium.close();
        pages.close();
        recorder.close();
        hub.close();
    }
}
