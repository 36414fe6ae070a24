package dev.caravan.processors.webrtc.libwebrtc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

class PeerSoakTest {

    @Test
    @EnabledIfSystemProperty(named = "caravan.soak", matches = "\\d+", disabledReason = "takes minutes: -Dcaravan.soak=400 runs it")
    void manyConnectionsLeaveLittleBehind() throws Exception {
        PeerSoak.Growth growth = PeerSoak.run(50, Integer.getInteger("caravan.soak"));
        System.out.println(growth);
        assertTrue(growth.rssKb() < 40 * 1024, growth.toString());
        assertTrue(growth.threads() <= 5, growth.toString());
        assertTrue(growth.descriptors() <= 5, growth.toString());
    }
}
