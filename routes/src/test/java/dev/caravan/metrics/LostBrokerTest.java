package dev.caravan.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.TestHub;
import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.DynamicMBean;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A hub whose cluster is not there and whose first model has no files: what probes and numbers say of it. */
class LostBrokerTest {

    private static TestHub hub;
    private static HttpResponse<String> readyAtFirst;
    private static Exposition numbersAtFirst;

    @BeforeAll
    static void start() throws Exception {
        hub = TestHub.start("--kafka=127.0.0.1:1", "--pipeline=longlive");
        hub.running().hub().loader().awaitIdle(Duration.ofSeconds(30));
        readyAtFirst = hub.fetch("/health/ready");
        numbersAtFirst = Exposition.read(hub.fetch("/metrics").body());
        assertEquals(200, hub.status("/health/startup"), "a model that cannot be loaded does not get better by another start");
        assertEquals(200, hub.status("/health/live"));
        hub.load("passthrough");
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @Test
    void noWorkIsWantedUntilAModelIsThere() {
        assertEquals(503, readyAtFirst.statusCode(), readyAtFirst.body());
        assertTrue(readyAtFirst.body().contains("longlive"), "it says why: " + readyAtFirst.body());
        assertEquals(200, hub.status("/health/ready"), "without Kafka too: browsers are served");
    }

    @Test
    void theNumbersSayWhetherWorkIsWanted() {
        assertEquals(0, numbersAtFirst.family("caravan_ready").samples().getFirst().value());
        assertEquals(1, Exposition.read(hub.fetch("/metrics").body()).value("caravan_ready"));
    }

    @Test
    void healthSaysThatItIsDegradedAndNotDead() {
        assertEquals("degraded", hub.get("/health").at("/checks/kafka/status").asText());
        assertEquals("healthy", hub.get("/health").get("status").asText());
        assertEquals("UP", hub.get("/health/live").get("status").asText());
    }

    @Test
    void theFamiliesOfKafkaAreThoseOfTheDocument() throws Exception {
        Exposition now = Exposition.read(hub.fetch("/metrics").body());
        MetricsDocument document = MetricsDocument.read();
        assertEquals(Set.of(), MetricsTest.minus(now.names(), document.names()));
        assertEquals(Set.of(), MetricsTest.minus(document.names("Kafka"), now.names()));
        document.names("Kafka").forEach(name -> now.family(name).samples().forEach(
                sample -> assertEquals(document.labels(name), sample.labels().keySet(), name)));
        assertEquals(0, now.value("caravan_kafka_up"));
        assertEquals(1, now.value("caravan_model_loads_failed_total", "pipeline", "longlive"));
    }

    @Test
    void theLagOfAConsumerIsToldOnceForEachPartition() throws Exception {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        // As clients do: under the topic's name, and under the one that older clients made of it.
        Set<ObjectName> names = Set.of(partition("lag.test", 3), partition("lag_test", 3));
        for (ObjectName name : names) {
            server.registerMBean(new Lag(41), name);
        }
        try {
            Exposition now = Exposition.read(hub.fetch("/metrics").body());
            assertEquals(41, now.value("caravan_kafka_consumer_lag_records", "topic", "lag.test", "partition", "3"));
            assertTrue(!now.values("caravan_kafka_consumer_lag_records", "topic").contains("lag_test"));
        } finally {
            for (ObjectName name : names) {
                server.unregisterMBean(name);
            }
        }
    }

    private static ObjectName partition(String topic, int partition) throws Exception {
        return new ObjectName("kafka.consumer:type=consumer-fetch-manager-metrics,client-id=test,topic=" + topic + ",partition=" + partition);
    }

    /** Only reads {@code records-lag}, a name no getter can have. */
    private record Lag(double lag) implements DynamicMBean {

        @Override
        public Object getAttribute(String attribute) {
            return attribute.equals("records-lag") ? lag : "";
        }

        @Override
        public void setAttribute(Attribute attribute) {}

        @Override
        public AttributeList getAttributes(String[] attributes) {
            return new AttributeList();
        }

        @Override
        public AttributeList setAttributes(AttributeList attributes) {
            return attributes;
        }

        @Override
        public Object invoke(String action, Object[] parameters, String[] signature) {
            return "";
        }

        @Override
        public MBeanInfo getMBeanInfo() {
            return new MBeanInfo(Lag.class.getName(), "lag", null, null, null, null);
        }
    }
}
