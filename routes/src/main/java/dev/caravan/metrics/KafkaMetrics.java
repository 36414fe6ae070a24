package dev.caravan.metrics;

import dev.caravan.processors.kafka.KafkaHub;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** Records in and out of the hub, and how far its consumers are behind. */
final class KafkaMetrics {

    private static final String LAG = "kafka.consumer:type=consumer-fetch-manager-metrics,client-id=*,topic=*,partition=*";

    /** A count of the hub, as a series. @param labels names and values in turn */
    private record Series(String count, String... labels) {}

    private static final List<Series> IN = List.of(new Series("frames_in", "kind", "frames"), new Series("controls", "kind", "controls"));
    private static final List<Series> OUT = List.of(
            new Series("frames_out", "kind", "frames"),
            new Series("events", "kind", "events"),
            new Series("scope_events", "kind", "scope_events"));
    private static final List<Series> IGNORED = List.of(
            new Series("frames_in_too_old", "kind", "frames", "cause", "too_old"),
            new Series("frames_in_repeated", "kind", "frames", "cause", "repeated"),
            new Series("frames_in_session_closed", "kind", "frames", "cause", "session_closed"),
            new Series("controls_repeated", "kind", "controls", "cause", "repeated"));
    private static final List<Series> LOST = List.of(
            new Series("frames_out_dropped", "kind", "frames", "cause", "no_room"),
            new Series("frames_out_lost", "kind", "frames", "cause", "not_sent"),
            new Series("events_dropped", "kind", "events", "cause", "no_room"),
            new Series("events_lost", "kind", "events", "cause", "not_sent"),
            new Series("scope_events_lost", "kind", "scope_events", "cause", "not_sent"),
            new Series("frames_in_dead_dropped", "kind", "dead_frames", "cause", "no_room"),
            new Series("frames_in_dead_lost", "kind", "dead_frames", "cause", "not_sent"),
            new Series("controls_lost", "kind", "dead_controls", "cause", "not_sent"));
    private static final List<Series> DEAD =
            List.of(new Series("frames_in_dead", "kind", "frames"), new Series("controls_dead", "kind", "controls"));

    private final KafkaHub kafka;

    KafkaMetrics(KafkaHub kafka) {
        this.kafka = kafka;
    }

    List<Scraped> families() {
        return List.of(
                Scraped.gauge("caravan_kafka_up", "Whether Kafka answers",
                        () -> List.of(Scraped.Row.of(kafka.status().reachable() ? 1 : 0))),
                Scraped.gauge("caravan_kafka_consumer_lag_records", "Records that a consumer of this hub has still to read", KafkaMetrics::lag),
                counted("caravan_kafka_records_in", "Records taken from Kafka", IN),
                counted("caravan_kafka_records_out", "Records that Kafka has from the hub", OUT),
                counted("caravan_kafka_records_ignored", "Records that were read and not used, by cause", IGNORED),
                counted("caravan_kafka_records_lost", "Records that did not reach Kafka, by cause", LOST),
                counted("caravan_kafka_records_dead_lettered", "Records that were written to a dead-letter topic", DEAD));
    }

    private Scraped counted(String name, String help, List<Series> series) {
        return Scraped.counter(name, help, () -> {
            Map<String, Long> counts = kafka.counts();
            return series.stream().map(one -> Scraped.Row.of(counts.getOrDefault(one.count, 0L), one.labels)).toList();
        });
    }

    /** As the clients tell it themselves; the largest where several of this process read one partition. */
    private static List<Scraped.Row> lag() {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        Map<String, Map<String, Double>> byTopic = new TreeMap<>();
        try {
            for (ObjectName name : server.queryNames(new ObjectName(LAG), null)) {
                if (server.getAttribute(name, "records-lag") instanceof Double lag && Double.isFinite(lag)) {
                    byTopic.computeIfAbsent(unquoted(name, "topic"), topic -> new TreeMap<>()).merge(unquoted(name, "partition"), lag, Math::max);
                }
            }
        } catch (JMException e) {
            // A consumer that was closed while it was asked; the next scrape knows more.
            return List.of();
        }
        List<Scraped.Row> rows = new ArrayList<>();
        Set<String> twice = sanitised(byTopic.keySet());
        byTopic.forEach((topic, partitions) -> {
            if (!twice.contains(topic)) {
                partitions.forEach((partition, lag) -> rows.add(Scraped.Row.of(lag, "topic", topic, "partition", partition)));
            }
        });
        return rows;
    }

    /** Clients tell of a topic with dots twice: under its name, and under the name of older versions, which has underscores for dots. */
    static Set<String> sanitised(Set<String> topics) {
        Set<String> twice = new TreeSet<>();
        for (String topic : topics) {
            String older = topic.replace('.', '_');
            if (!older.equals(topic)) {
                twice.add(older);
            }
        }
        return twice;
    }

    private static String unquoted(ObjectName name, String key) {
        String value = name.getKeyProperty(key);
        return value.startsWith("\"") ? ObjectName.unquote(value) : value;
    }
}
