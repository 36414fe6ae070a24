package dev.caravan.processors.webrtc.libwebrtc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.processors.webrtc.BadOfferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Offers that are wrong in all kinds of ways: refused in one line or answered, and the process lives. */
class HostileOffersTest {

    @Test
    void whatIsNoSdpIsRefusedInOneLine() throws Exception {
        try (LivePeers live = new LivePeers(); TestPeer client = new TestPeer(TestPeer.Offers.SEND_AND_RECEIVE)) {
            String good = client.offer();
            for (String offer : List.of(
                    "",
                    "not sdp",
                    "v=0",
                    good.substring(0, good.length() / 2).replaceAll("(?m)^a=ice-ufrag.*$", ""),
                    good.replaceAll("(?m)^a=fingerprint:.*\\R", ""),
                    good.replaceAll("(?m)^a=fingerprint:sha-256 .*$", "a=fingerprint:sha-256 ZZ"),
                    good.replaceAll("(?m)^a=rtpmap:.*\\R", ""),
                    good.replaceAll("a=setup:actpass", "a=setup:sideways"),
                    good.replaceAll("VP8|VP9|H264|AV1", "XYZ"))) {
                String message = assertThrows(
                                BadOfferException.class, () -> live.answer("bad", offer, true, true, true), "answered")
                        .getMessage();
                assertEquals(1, message.lines().count(), message);
                assertTrue(message.length() < 300, message);
                assertEquals(0, live.peers.count());
            }
        }
    }

    @Test
    void anOfferWithABrokenLineAnywhereIsAnsweredOrRefused() throws Exception {
        Random random = new Random(7);
        try (LivePeers live = new LivePeers(); TestPeer client = new TestPeer(TestPeer.Offers.SEND_AND_RECEIVE)) {
            List<String> lines = client.offer().lines().toList();
            for (int i = 0; i < 60; i++) {
                List<String> broken = new ArrayList<>(lines);
                int at = random.nextInt(broken.size());
                String line = broken.get(at);
                switch (random.nextInt(4)) {
                    case 0 -> broken.remove(at);
                    case 1 -> broken.set(at, line.substring(0, random.nextInt(line.length() + 1)));
                    case 2 -> broken.set(at, line.replaceAll("[0-9]+", "99999999999999999999"));
                    default -> broken.add(at, broken.get(random.nextInt(broken.size())));
                }
                String peer = "p" + i;
                try {
                    live.answer(peer, String.join("\r\n", broken) + "\r\n", true, true, true);
                    live.peers.close(peer, "answered");
                } catch (BadOfferException e) {
                    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
                }
            }
            assertEquals(0, live.peers.count());
        }
    }
}
