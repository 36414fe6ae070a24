package dev.caravan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How the whole hub ends, embedded broker included. */
@Timeout(300)
class HubStopTest {

    private static final int TERMINATED = 128 + 15;

    @Test
    void aTerminatedHubSaysGoodByeLeavesNoBrokerAndStartsAgainInItsFolder(@TempDir Path data) throws Exception {
        try (HubProcess hub = start(data); HubClient client = new HubClient(hub.uri())) {
            client.load("passthrough");
            try (HubClient.Connected one = client.connect(); HubClient.Connected other = client.connect()) {
                one.peer().pushUntil(HubClient.grey(320, 240, 100), picture -> HubClient.isGrey(picture, 100));
                ProcessHandle broker = hub.broker();
                hub.terminate();
                for (HubClient.Connected each : List.of(one, other)) {
                    awaitMessage(each, "\"type\":\"stream_stopped\"");
                    each.peer().awaitChannelClosed();
                }
                assertEquals(TERMINATED, hub.awaitEnd(), hub::lastWords);
                assertFalse(broker.isAlive(), "the broker outlived the hub");
            }
        }
        try (HubProcess again = start(data); HubClient client = new HubClient(again.uri())) {
            client.await("/health", health -> health.at("/checks/kafka/status").asText().equals("up"));
            client.load("passthrough");
            client.connect().close();
        }
    }

    @Test
    void aKilledHubTakesItsBrokerAlong(@TempDir Path data) throws Exception {
        try (HubProcess hub = start(data)) {
            ProcessHandle broker = hub.broker();
            assertTrue(broker.isAlive());
            hub.kill();
            hub.awaitEnd();
            broker.onExit().get(HubProcess.STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static HubProcess start(Path data) throws Exception {
        return HubProcess.start(data, List.of("-Xmx256m"), "--kafka=embedded", "--kafka-port=0");
    }

    /** Other news may come before it. */
    private static void awaitMessage(HubClient.Connected browser, String part) throws Exception {
        while (!browser.peer().message().contains(part)) {
            // The next one; waiting for it is bounded.
        }
    }
}
