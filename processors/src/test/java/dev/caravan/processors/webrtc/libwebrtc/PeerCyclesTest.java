package dev.caravan.processors.webrtc.libwebrtc;

import static dev.caravan.processors.webrtc.libwebrtc.LivePeers.grey;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class PeerCyclesTest {

    /** Threads and descriptors of one connection are 3-4 and 6: one that stayed each cycle would be far above the slack. */
    private static final int SLACK = 20;

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "threads and descriptors are read from /proc")
    void sixtyConnectionsLeaveNoThreadAndNoDescriptor() throws Exception {
        try (LivePeers live = new LivePeers()) {
            cycles(live, 10);
            ProcessFigures before = ProcessFigures.now();
            cycles(live, 60);
            ProcessFigures after = ProcessFigures.now();
            assertTrue(after.threads() - before.threads() <= SLACK, before + " -> " + after);
            assertTrue(after.descriptors() - before.descriptors() <= SLACK, before + " -> " + after);
            assertEquals(0, live.peers.count());
        }
    }

    private static void cycles(LivePeers live, int number) throws Exception {
        for (int i = 0; i < number; i++) {
            try (TestPeer client = new TestPeer(TestPeer.Offers.SEND_AND_RECEIVE)) {
                client.connect(live.hub("a"));
                client.push(grey(320, 240, 100));
                client.awaitChannelOpen(); // its closing is what tells at once that the client went
            }
            assertTrue(live.toldThat("ended a").startsWith("ended a"));
        }
    }

    @Test
    void picturesMayBePushedWhilePeersComeAndGo() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        Frame frame = Frame.incoming("s", 0, 0, Origin.of("test"), grey(320, 240, 100));
        try (LivePeers live = new LivePeers()) {
            Thread pusher = Thread.ofPlatform().start(() -> {
                while (!done.get()) {
                    live.peers.push("s", frame);
                    live.peers.all();
                    live.peers.sendToSession("s", "{\"type\":\"tick\"}", false);
                    LockSupport.parkNanos(2_000_000); // a fast camera; leave the others a processor
                }
            });
            try {
                cycles(live, 10);
            } finally {
                done.set(true);
                pusher.join();
            }
        }
    }
}
