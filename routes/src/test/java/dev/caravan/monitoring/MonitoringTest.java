package dev.caravan.monitoring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.TestHub;
import dev.caravan.metrics.Exposition;
import dev.caravan.metrics.MetricsDocument;
import dev.caravan.monitoring.Prometheus.Tool;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What operators look at and are woken by: every query of the dashboard and every alert, asked of a Prometheus that scrapes a hub with a live
 * session, set up as {@code docs/operations.md} says.
 */
@Timeout(120)
class MonitoringTest {

    private static final Path K8S = Path.of("..", "k8s");
    private static final Path ALERTS = K8S.resolve("prometheus/alerts.yaml");
    private static final Dashboard DASHBOARD = Dashboard.read(K8S.resolve("grafana/caravan.json"));
    private static final String[] OPERATOR = {"Authorization", "Bearer operator"};
    private static final String METRICS_TOKEN = "only-for-metrics";

    /** What a query contains that may find nothing in this hub, and why. */
    private static final Map<String, String> MAY_BE_EMPTY = Map.of(
            "caravan_gpu_memory_bytes", "no GPU is needed for the tests",
            "caravan_kafka_consumer_lag_records", "Kafka's client tells it once it has read a record",
            "caravan_peer_round_trip_seconds", "WebRTC measures it after some seconds",
            "stage!=\"total\"", "the test card has no stages",
            "jvm_gc_pause_seconds", "there may have been no collection yet");
    /** Documented as sometimes not there. */
    private static final Set<String> SOMETIMES = Set.of("CUDA", "consumer", "peer", "collector");
    /** What Prometheus makes itself, and labels that it puts on everything. */
    private static final Set<String> OF_PROMETHEUS = Set.of("up");
    private static final Set<String> LABELS_OF_TARGETS = Set.of("instance", "job");

    @TempDir
    static Path folder;

    private static TestHub hub;
    private static Live live;
    private static Prometheus prometheus;
    private static MetricsDocument document;

    @BeforeAll
    static void start() throws Exception {
        document = MetricsDocument.read();
        hub = TestHub.start("--kafka=embedded", "--kafka-port=0", "--pipeline=test-card", "--token=operator", "--metrics-token=" + METRICS_TOKEN);
        hub.running().hub().loader().awaitIdle(Duration.ofSeconds(30));
        prometheus = Prometheus.start(configuration(), folder.resolve("data"));
        live = Live.start(hub, OPERATOR);
        prometheus.awaitReady();
    }

    @AfterAll
    static void stop() {
        Stream.of(live, prometheus, hub).filter(part -> part != null).forEach(part -> {
            try {
                part.close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void everyPanelShowsTheLiveSession() {
        Set<String> waiting = new TreeSet<>(DASHBOARD.expressions());
        DASHBOARD.variables().forEach(variable -> waiting.add(variable.query()));
        assertTrue(waiting.size() > 50, waiting::toString);
        Set<String> mayBeEmpty = waiting.stream().filter(promql -> reason(promql)).collect(Collectors.toSet());
        MAY_BE_EMPTY.keySet().forEach(part ->
                assertTrue(mayBeEmpty.stream().anyMatch(promql -> promql.contains(part)), part + " is asked for no more: take it off the list"));

        // Those that find nothing have to be understood all the same.
        mayBeEmpty.forEach(prometheus::query);
        waiting.removeAll(mayBeEmpty);
        prometheus.eventually("data for " + waiting, () -> {
            live.goOn();
            waiting.removeIf(prometheus::hasData);
            return waiting.isEmpty();
        });
    }

    @Test
    void theVariablesOfferWhatThereIs() {
        assertEquals(List.of("instance", "pipeline"), DASHBOARD.variables().stream().map(Dashboard.Variable::name).toList());
        prometheus.eventually("hub and pipeline can be chosen", () -> DASHBOARD.variables().stream().allMatch(variable ->
                prometheus.query(variable.query()).valueStream().anyMatch(series -> Set.of("127.0.0.1:" + hub.port(), "test-card")
                        .contains(series.at("/metric/" + variable.label()).asText()))));
    }

    @Test
    void everyNameIsOneTheHubTells() {
        Set<String> told = new TreeSet<>(scrape().names());
        SOMETIMES.forEach(when -> told.addAll(document.names(when)));
        List<String> all = new ArrayList<>(DASHBOARD.expressions());
        DASHBOARD.variables().forEach(variable -> all.add("sum by (" + variable.label() + ") (" + variable.query() + ")"));
        prometheus.rules().forEach(rule -> all.add(rule.at("/query").asText()));

        assertEquals(Set.of(), all.stream().flatMap(promql -> unknown(promql, told).stream()).collect(Collectors.toSet()));
    }

    @Test
    void aMisspeltNameIsFound() {
        Set<String> told = document.names();
        assertEquals(Set.of(), unknown("sum by (door) (rate(caravan_frames_in_total{door=~\"a{b}\"}[5m])) > bool 1e3", told));
        assertEquals(Set.of("caravan_frame_in_total"), unknown("rate(caravan_frame_in_total{door=\"x\"}[5m])", told));
        assertEquals(Set.of("caravan_frames_in_total{dor}"), unknown("up + caravan_frames_in_total{dor!~\"x\"}", told));
        assertEquals(Set.of("by state"), unknown("sum by (state, instance) (caravan_frames_in_total offset 5m)", told));
        assertEquals(Set.of("caravan_peers_bucket"), unknown("histogram_quantile(0.5, caravan_peers_bucket)", told));
    }

    @Test
    void aSoundHubRaisesNoAlert() {
        // How fast chunks are and how many frames are lost depends on the machine.
        Set<String> ofTheMachine = Set.of("CaravanChunksTooSlow", "CaravanFramesDropped");
        prometheus.eventually("no alert", () -> {
            live.goOn();
            List<JsonNode> rules = prometheus.rules();
            return rules.stream().allMatch(rule -> rule.at("/health").asText().equals("ok"))
                    && rules.stream().filter(rule -> !ofTheMachine.contains(rule.at("/name").asText()))
                            .allMatch(rule -> rule.at("/state").asText().equals("inactive"));
        });
    }

    @Test
    void everyAlertSaysWhatIsWrongAndWhatToDo() {
        List<JsonNode> rules = prometheus.rules();
        assertEquals(8, rules.size());
        for (JsonNode rule : rules) {
            assertTrue(rule.at("/name").asText().startsWith("Caravan"), rule::toString);
            assertTrue(Set.of("critical", "warning").contains(rule.at("/labels/severity").asText()), rule::toString);
            assertTrue(rule.at("/duration").asInt() >= 60, "nobody is woken by a moment: " + rule);
            assertFalse(rule.at("/annotations/summary").asText().isBlank(), rule::toString);
            assertFalse(rule.at("/annotations/description").asText().isBlank(), rule::toString);
        }
    }

    @Test
    void everyAlertFiresWhenItShould() throws Exception {
        Tool checked = Prometheus.tool("", "check", "rules", ALERTS.toString());
        assertEquals(0, checked.status(), checked.said());
        Tool tried = Prometheus.tool("", "test", "rules", K8S.resolve("prometheus/alerts-test.yaml").toString());
        assertEquals(0, tried.status(), tried.said());
        String cases = Files.readString(K8S.resolve("prometheus/alerts-test.yaml"));
        prometheus.rules().forEach(rule ->
                assertTrue(cases.contains("alertname=\"" + rule.at("/name").asText() + "\""), "no case for " + rule.at("/name")));
    }

    @Test
    void theComposedPrometheusUnderstandsItsFile() throws Exception {
        Tool checked = Prometheus.tool("", "check", "config", "--syntax-only", K8S.resolve("compose/prometheus/prometheus.yaml").toString());
        assertEquals(0, checked.status(), checked.said());
    }

    @Test
    void whatTheHubTellsIsAsPrometheusLikesIt() throws Exception {
        HttpResponse<String> page = hub.fetch("/metrics", "Authorization", "Bearer " + METRICS_TOKEN);
        Tool checked = Prometheus.tool(page.body(), "check", "metrics");
        // Names of the library that counts for the JVM, which dashboards for JVMs know.
        assertEquals(
                Set.of(
                        "process_cpu_time_ns_total metric names should not contain abbreviated units",
                        "system_cpu_count non-histogram and non-summary metrics should not have \"_count\" suffix"),
                checked.said().lines().collect(Collectors.toSet()));
    }

    @Test
    void everyPanelHasAPlaceAUnitAndALineThatSaysWhatItShows() {
        assertEquals(List.of("Now", "Latency", "Models", "Controls and Kafka", "Routes and HTTP", "JVM"), DASHBOARD.rows());
        Set<Integer> ids = new HashSet<>();
        Set<String> cells = new HashSet<>();
        for (JsonNode panel : DASHBOARD.panels()) {
            String title = panel.at("/title").asText();
            assertTrue(ids.add(panel.at("/id").asInt()), title);
            assertFalse(panel.at("/fieldConfig/defaults/unit").asText().isBlank(), title);
            assertTrue(panel.at("/description").asText().matches("[A-Z].{10,140}\\."), title);
            assertEquals("${datasource}", panel.at("/datasource/uid").asText(), title);
            JsonNode place = panel.at("/gridPos");
            assertTrue(place.at("/x").asInt() + place.at("/w").asInt() <= 24, title);
            for (int x = 0; x < place.at("/w").asInt(); x++) {
                for (int y = 0; y < place.at("/h").asInt(); y++) {
                    assertTrue(cells.add((place.at("/x").asInt() + x) + "," + (place.at("/y").asInt() + y)), title + " lies on another");
                }
            }
        }
    }

    /** Names of metrics and labels that the hub does not tell. */
    private static Set<String> unknown(String promql, Set<String> told) {
        Expression expression = Expression.of(promql);
        assertFalse(expression.metrics().isEmpty(), promql);
        Set<String> unknown = new TreeSet<>();
        Set<String> labels = new TreeSet<>(LABELS_OF_TARGETS);
        expression.metrics().forEach((metric, chosen) -> {
            if (OF_PROMETHEUS.contains(metric)) {
                chosen.stream().filter(label -> !LABELS_OF_TARGETS.contains(label)).forEach(label -> unknown.add(metric + "{" + label + "}"));
                return;
            }
            Matcher series = Pattern.compile("(.+)_(bucket|sum|count)").matcher(metric);
            boolean distribution = !told.contains(metric) && series.matches() && told.contains(series.group(1))
                    && Set.of("histogram", "summary").contains(document.type(series.group(1)));
            String family = distribution ? series.group(1) : metric;
            if (!told.contains(family)) {
                unknown.add(metric);
                return;
            }
            Set<String> own = new TreeSet<>(document.labels(family));
            own.addAll(LABELS_OF_TARGETS);
            if (distribution && series.group(2).equals("bucket")) {
                own.add("le");
            }
            chosen.stream().filter(label -> !own.contains(label)).forEach(label -> unknown.add(metric + "{" + label + "}"));
            labels.addAll(own);
        });
        if (unknown.isEmpty()) {
            expression.labels().stream().filter(label -> !labels.contains(label)).forEach(label -> unknown.add("by " + label));
        }
        return unknown;
    }

    private static boolean reason(String promql) {
        return MAY_BE_EMPTY.keySet().stream().anyMatch(promql::contains);
    }

    private static Exposition scrape() {
        return Exposition.read(hub.send("GET", "/metrics", BodyPublishers.noBody(), OPERATOR).body());
    }

    /** The file of the operations page, with the address, the token and the places of this test, and scrapes each second. */
    private static Path configuration() throws Exception {
        Matcher block = Pattern.compile("```yaml\n(# prometheus\\.yml\n.+?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("docs/operations.md")));
        assertTrue(block.find(), "operations.md has no prometheus.yml");
        String yaml = block.group(1);
        for (Map.Entry<String, String> change : Map.of(
                        "scrape_interval: 15s", "scrape_interval: 1s\n  evaluation_interval: 1s",
                        "127.0.0.1:8000", "127.0.0.1:" + hub.port(),
                        "[alerts.yaml]", "[" + ALERTS.toAbsolutePath().normalize() + "]")
                .entrySet()) {
            assertTrue(yaml.contains(change.getKey()), change.getKey() + " is not in\n" + yaml);
            yaml = yaml.replace(change.getKey(), change.getValue());
        }
        Files.writeString(folder.resolve("metrics-token"), METRICS_TOKEN + "\n");
        return Files.writeString(folder.resolve("prometheus.yml"), yaml);
    }
}
