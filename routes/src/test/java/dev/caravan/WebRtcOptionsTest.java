package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.api.Json;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Options of WebRTC, seen in the answers they shape. */
class WebRtcOptionsTest {

    @Test
    void theWishedCodecComesFirstInTheAnswer() throws Exception {
        try (TestHub hub = TestHub.start("--codec", "h264", "--public-address", "203.0.113.7")) {
            hub.load("passthrough");

            String sdp = answer(hub);

            String first = sdp.replaceAll("(?s).*m=video \\d+ \\S+ (\\d+).*", "$1");
            assertTrue(sdp.contains("a=rtpmap:" + first + " H264/90000"), sdp);
            assertTrue(sdp.contains(" 203.0.113.7 "), "the public address is among the candidates: " + sdp);
        }
    }

    @Test
    void theStunServerNamedForTheHubIsAskedForItsPublicAddress() throws Exception {
        try (DatagramSocket stun = new DatagramSocket(0, InetAddress.getByName("0.0.0.0"));
                TestHub hub = TestHub.start("--hub-stun-url", "stun:127.0.0.1:" + stun.getLocalPort())) {
            hub.load("passthrough");
            stun.setSoTimeout(20_000);

            assertTrue(answer(hub).contains("typ host"), "a server that is silent keeps no answer back");

            DatagramPacket request = new DatagramPacket(new byte[1500], 1500);
            stun.receive(request);
            assertEquals(0x0001, ByteBuffer.wrap(request.getData()).getShort(), "a STUN binding request (RFC 8489)");
        }
    }

    private static String answer(TestHub hub) throws Exception {
        try (InputStream in = WebRtcOptionsTest.class.getResourceAsStream("/sdp/chrome-sendrecv.sdp")) {
            // VP8 first, as browsers do, and H.264 after it.
            String offer = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("SAVPF 96 97", "SAVPF 96 97 102")
                    .replace("a=rtpmap:97 ", "a=rtpmap:102 H264/90000\r\na=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;"
                            + "profile-level-id=42e01f\r\na=rtpmap:97 ");
            String body = new ObjectMapper().writeValueAsString(Map.of("sdp", offer, "type", "offer"));
            HttpResponse<String> reply = hub.post("/api/v1/webrtc/offer", body, "Content-Type", "application/json");
            assertEquals(200, reply.statusCode(), reply.body());
            return Json.read(reply.body().getBytes(StandardCharsets.UTF_8)).get("sdp").asText();
        }
    }
}
