package dev.caravan.browser;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.caravan.api.Json;
import java.util.List;
import java.util.Map;

/** Several WebRTC clients of the hub in one page, each with a {@code <video>} whose id is its name. */
final class Clients {

    private static final String PAGE = """
            <!doctype html><meta charset=utf-8><body><script>
              const API = "http://localhost:8000/api/v1/webrtc/offer";
              window.clients = {};
              /** A canvas of one colour, with a white block that moves because a still one would not be sent 30 times a second. */
              function painted(colour) {
                const canvas = Object.assign(document.createElement("canvas"), { width: 576, height: 320 });
                const g = canvas.getContext("2d");
                let drawn = 0;
                setInterval(() => {
                  g.fillStyle = colour; g.fillRect(0, 0, 576, 320);
                  g.fillStyle = "#fff"; g.fillRect((drawn++ * 6) % 540, 200, 36, 36);
                }, 1000 / 30);
                return canvas.captureStream(30);
              }
              /** Decoded frames per second over windows of three seconds, by the browser's own clock. */
              async function measure(client) {
                for (let before = null;;) {
                  await new Promise((r) => setTimeout(r, 250));
                  for (const s of (await client.pc.getStats()).values()) {
                    if (s.type !== "inbound-rtp" || s.kind !== "video") continue;
                    client.decoded = s.framesDecoded;
                    before ??= s;
                    if (s.timestamp - before.timestamp < 3000) continue;
                    client.fps = (s.framesDecoded - before.framesDecoded) * 1000 / (s.timestamp - before.timestamp);
                    before = s;
                  }
                }
              }
              async function connect(name, colour, initialParameters) {
                const video = Object.assign(document.createElement("video"), { id: name, autoplay: true, muted: true });
                document.body.append(video);
                const pc = new RTCPeerConnection();
                const client = { pc, messages: [], fps: 0, decoded: 0 };
                client.channel = pc.createDataChannel("parameters", { ordered: true });
                client.channel.onmessage = (e) => client.messages.push(JSON.parse(e.data));
                if (colour) { const stream = painted(colour); pc.addTrack(stream.getVideoTracks()[0], stream); }
                else pc.addTransceiver("video", { direction: "recvonly" });
                pc.ontrack = (e) => { video.srcObject = e.streams[0] ?? new MediaStream([e.track]); };
                await pc.setLocalDescription(await pc.createOffer());
                const response = await fetch(API, { method: "POST", headers: { "Content-Type": "application/json" },
                  body: JSON.stringify({ sdp: pc.localDescription.sdp, type: "offer", initialParameters }) });
                const answer = await response.json();
                if (!response.ok) { pc.close(); return `${response.status} ${answer.detail}`; }
                await pc.setRemoteDescription(answer);
                clients[name] = client;
                measure(client);
                return answer.sessionId;
              }
            </script>
            """;

    private final Chromium chromium;

    /** Opens the page. */
    Clients(Chromium chromium, PageServer pages) {
        this.chromium = chromium;
        chromium.open(pages.page("clients", PAGE));
    }

    /** Opens a session that sends a canvas of a colour and shows what comes back; its id. */
    String send(String name, List<Long> colour, Map<String, ?> parameters) {
        return connected(name, offer(name, css(colour), parameters));
    }

    /** Opens a session that only receives; its id. */
    String receive(String name, Map<String, ?> parameters) {
        return connected(name, offer(name, "", parameters));
    }

    /** Watches a session; the id of the peer. */
    String watch(String name, String session) {
        return receive(name, Map.of("watch", session));
    }

    /** Joins a session as a source of a colour; the id of the peer. */
    String join(String name, List<Long> colour, String session) {
        return send(name, colour, Map.of("join", session));
    }

    /** What the hub says to an offer it refuses: {@code STATUS detail}. */
    String refused(String name, Map<String, ?> parameters) {
        return offer(name, "", parameters);
    }

    /** Sends a control on the data channel. */
    void control(String name, Map<String, ?> control) {
        chromium.eval("(" + of(name) + ".channel.send(JSON.stringify(" + json(control) + ")), 1)");
    }

    /** Waits until the frames decoded per second reach a number. */
    void awaitFps(String name, int fps) {
        chromium.await(name + " decodes " + fps + " frames a second", of(name) + ".fps >= " + fps);
    }

    /** Waits until a number of further frames were decoded. */
    void awaitFrames(String name, int more) {
        long now = (Long) chromium.eval(of(name) + ".decoded");
        chromium.await(name + " decodes " + more + " more frames", of(name) + ".decoded >= " + (now + more));
    }

    /** Waits for a message of a type on the data channel. */
    void awaitMessage(String name, String type) {
        chromium.await(name + " is told " + type, of(name) + ".messages.some((m) => m.type === '" + type + "')");
    }

    /** How many messages of a type came. */
    long messages(String name, String type) {
        return (Long) chromium.eval(of(name) + ".messages.filter((m) => m.type === '" + type + "').length");
    }

    /** What the client's video shows. */
    Screen screen(String name) {
        return new Screen(chromium, "#" + name);
    }

    private String connected(String name, String id) {
        chromium.await(
                name + " is connected and its data channel is open: " + id,
                of(name) + ".pc.connectionState === 'connected' && " + of(name) + ".channel.readyState === 'open'");
        return id;
    }

    private String offer(String name, String colour, Map<String, ?> parameters) {
        return (String) chromium.run("return await connect('" + name + "', '" + colour + "', " + json(parameters) + ");");
    }

    private static String of(String name) {
        return "clients['" + name + "']";
    }

    private static String css(List<Long> colour) {
        return "rgb(" + colour.get(0) + "," + colour.get(1) + "," + colour.get(2) + ")";
    }

    private static String json(Map<String, ?> value) {
        try {
            return Json.MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
