package dev.caravan.kafka;

import static dev.caravan.kafka.KafkaTestHub.text;
import static dev.caravan.kafka.KafkaTestHub.unique;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.kafka.KafkaTestHub.Await;
import dev.caravan.processors.kafka.BrokerListener;
import dev.caravan.processors.kafka.KafkaHub;
import dev.caravan.processors.session.SessionEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker dies under running routes. Each test has a broker of its own. */
class KafkaOutageTest {

    @TempDir
    Path folder;

    private KafkaHub kafka;
    private KafkaTestHub hub;
    private final Queue<Object> taken = new ConcurrentLinkedQueue<>();
    private final Queue<String> news = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void start() throws Exception {
        kafka = KafkaTestHub.embedded(folder.resolve("kafka"), new BrokerListener() {
            @Override
            public void up(String servers) {
                news.add("up");
            }

            @Override
            public void down(String servers, String reason) {
                news.add("down: " + reason);
            }
        });
        // Routes start while the broker does: nothing waits for it.
        hub = KafkaTestHub.on(kafka, KafkaTestHub.ROUTES);
        hub.inference.sessions(taken::add);
        ready();
    }

    @AfterEach
    void stop() {
        hub.close();
        kafka.close();
    }

    @Test
    void eventsWaitForTheBrokerInOrderAndFramesDoNot() throws Exception {
        String session = unique("s");
        hub.inference.emit(event(session, 0));
        hub.read("caravan.events", session, 1);
        ProcessHandle broker = ProcessHandle.of(hub.brokerPid()).orElseThrow();
        // Stopped, not killed: it neither answers nor refuses, the worst way of being away.
        signal("-STOP", broker);
        try {
            // Far more than may be on the way, in far less time than one of them may wait.
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
                for (int i = 1; i <= 200; i++) {
                    hub.inference.emit(event(session, i));
                    hub.inference.emit(KafkaFramesTest.generated(session, i));
                }
            });
        } finally {
            broker.destroyForcibly();
        }
        Await.until("its end", () -> !broker.isAlive());
        var records = hub.read("caravan.events", session, 201);
        List<Integer> numbers = records.stream().map(r -> number(text(r))).distinct().toList();
        assertEquals(IntStream.rangeClosed(0, 200).boxed().toList(), numbers);
        Await.until("dropped frames", () -> hub.count("frames_out_dropped") > 0);
        Await.until("frames flow again", () -> {
            hub.emitQuietly(KafkaFramesTest.generated(session, 1_000));
            return hub.count("frames_out") > 0;
        });
    }

    @Test
    void afterTheDataFolderIsRemovedTopicsAreMadeAnewAndRecordsFlow() throws Exception {
        long pid = hub.brokerPid();
        delete(folder.resolve("kafka"));
        Await.until("another broker", () -> hub.brokerRuns() && hub.brokerPid() != pid);
        ready();
        String session = unique("s");
        hub.inference.emit(event(session, 1));
        assertEquals(1, number(text(hub.read("caravan.events", session, 1).getFirst())));
        Await.until("frames in", () -> {
            KafkaTestHub.sendToPartition(kafka.bootstrapServers(), "caravan.frames.in", 0, session, "picture");
            return !taken.isEmpty();
        });
        taken.clear();
        hub.send("caravan.controls", session, "{\"n\":1}");
        Await.until("the control", () -> taken.stream().anyMatch(o -> o instanceof dev.caravan.processors.session.Control));
    }

    @Test
    void healthSaysWhyWhileTheBrokerIsAway() throws Exception {
        Path data = folder.resolve("kafka/data");
        // A file where the folder was: every new start fails until somebody takes it away.
        delete(data);
        Files.writeString(data, "in the way");
        Await.until("bad health", () -> !kafka.status().reachable());
        assertFalse(kafka.status().reason().orElseThrow().isBlank());
        Await.until("bad news", () -> kafka.status().reason().orElse("").contains("cannot be started"));
        Files.delete(data);
        ready();
        List<String> told = List.copyOf(news);
        assertEquals("up", told.getFirst());
        assertEquals("up", told.getLast());
        assertEquals(2, told.stream().filter("up"::equals).count(), told::toString);
        assertTrue(told.stream().anyMatch(each -> each.startsWith("down: ") && each.contains("cannot be started")), told::toString);
        assertTrue(told.stream().noneMatch(each -> each.contains(folder.toString())), told::toString);
    }

    private void ready() {
        Await.until("topics", () -> kafka.status().reachable() && kafka.status().topics().size() == kafka.topics().size());
    }

    private static SessionEvent event(String session, int number) {
        return new SessionEvent(session, SessionEvent.Type.CHUNK, 1_777_554_643_123L, Map.of("chunk", number));
    }

    private static int number(String json) {
        return Integer.parseInt(json.replaceAll(".*\"chunk\":(\\d+).*", "$1"));
    }

    private static void signal(String signal, ProcessHandle process) throws Exception {
        new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
    }

    /** A running broker may write while we delete. */
    private static void delete(Path tree) {
        Await.until("an empty folder", () -> {
            try (Stream<Path> paths = Files.walk(tree)) {
                for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(path);
                }
            } catch (IOException | UncheckedIOException again) {
                // The next round looks again.
            }
            return Files.notExists(tree);
        });
    }
}
