package dev.caravan.kafka;

import static dev.caravan.kafka.KafkaTestHub.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.kafka.KafkaTestHub.Await;
import dev.caravan.processors.kafka.BrokerListener;
import dev.caravan.processors.kafka.KafkaConnection;
import dev.caravan.processors.kafka.KafkaHub;
import dev.caravan.processors.session.SessionEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cluster that was never there: the hub starts, works without it, says so, and stops. */
class KafkaAwayTest {

    @ParameterizedTest
    @ValueSource(strings = {"kafka.invalid:9092", "127.0.0.1:1"})
    void theHubStartsAndStopsWithoutItsCluster(String address) throws Exception {
        Queue<String> news = new ConcurrentLinkedQueue<>();
        BrokerListener listener = new BrokerListener() {
            @Override
            public void down(String servers, String reason) {
                news.add(servers + ": " + reason);
            }
        };
        try (KafkaHub kafka = KafkaHub.cluster(
                KafkaConnection.plaintext(address), KafkaTestHub.options(unique("group")), InstantSource.system(), listener)) {
            assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
                try (KafkaTestHub hub = KafkaTestHub.on(kafka, KafkaTestHub.ROUTES)) {
                    for (int i = 0; i < 200; i++) {
                        hub.inference.emit(KafkaFramesTest.generated("s", i));
                        hub.inference.emit(new SessionEvent("s", SessionEvent.Type.CHUNK, i, Map.of("chunk", i)));
                    }
                    Await.until("dropped frames", () -> hub.count("frames_out_dropped") > 0);
                    Await.until("an answer", () -> kafka.status().reason().orElse("").contains(address));
                    assertFalse(kafka.status().reachable());
                    assertEquals(1, news.size(), "told once, however often it is asked: " + news);
                    assertTrue(news.peek().startsWith(address + ": Kafka at "), news::toString);
                    assertTrue(kafka.topics().contains("caravan.frames.in"), "known without asking anybody");
                }
            });
        }
    }
}
