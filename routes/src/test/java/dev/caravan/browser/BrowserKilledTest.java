package dev.caravan.browser;

import static dev.caravan.browser.Screen.GREEN;
import static dev.caravan.browser.Screen.RED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.TestHub;
import dev.caravan.processors.webrtc.PeerSnapshot;
import dev.caravan.processors.webrtc.Peers;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A browser that is gone without a word. */
class BrowserKilledTest {

    @Test
    void aKilledBrowserLeavesWithItsOwnSessionAndNothingElseNotices() {
        try (TestHub hub = TestHub.start("--close-grace-s=1");
                PageServer pages = new PageServer();
                Chromium lasting = new Chromium(hub.port());
                Chromium killed = new Chromium(hub.port())) {
            hub.load("passthrough");
            Clients theirs = new Clients(killed, pages);
            Clients ours = new Clients(lasting, pages);
            String alone = theirs.send("alone", RED, Map.of());
            String shared = theirs.send("shared", RED, Map.of());
            String own = ours.send("own", GREEN, Map.of());
            ours.watch("watching", shared);
            theirs.awaitFrames("alone", 10);
            ours.screen("watching").awaitColour(80, 80, RED);
            ours.awaitFrames("own", 30);

            killed.kill();

            Peers peers = hub.running().hub().peers();
            boolean[] silent = {false};
            // No time is asserted: how soon a path counts as lost is up to libwebrtc (some 15 s to here).
            lasting.await("the peer is silent first, and then gone", () -> {
                Optional<PeerSnapshot> peer = peers.find(alone);
                silent[0] |= peer.filter(p -> p.state().equals("interrupted")).isPresent();
                return peer.isEmpty();
            });
            assertTrue(silent[0], "it got its time to come back");
            lasting.await("its session is gone", () -> hub.status("/api/v1/sessions/" + alone) == 404);
            lasting.await("its other peer is gone", () -> peers.find(shared).isEmpty());

            ours.awaitFrames("own", 60);
            ours.screen("own").awaitColour(80, 80, GREEN);
            assertEquals("streaming", hub.get("/api/v1/sessions/" + own).get("state").asText());
            assertEquals(1, hub.get("/api/v1/sessions/" + shared).get("viewers").size(), "who watches keeps a session open");
            assertEquals(0, ours.messages("own", "stream_stopped"));
            assertEquals(0, ours.messages("watching", "stream_stopped"));
        }
    }
}
