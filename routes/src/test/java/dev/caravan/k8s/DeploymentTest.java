package dev.caravan.k8s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.TestHub;
import dev.caravan.config.Option;
import dev.caravan.config.Settings;
import dev.caravan.processors.kafka.TopicPlan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That the manifests fit the hub they deploy and each other. */
class DeploymentTest {

    private static final List<String> PROBES = List.of("startupProbe", "livenessProbe", "readinessProbe");
    /** To end sessions, routes and parts after the drain. */
    private static final int CLOSING_SECONDS = 30;

    static List<Rendering> overlays() {
        return Rendering.all();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void theHubWouldStartWithItsSettings(Rendering overlay) {
        Settings settings = HubSettings.of(overlay);
        JsonNode hub = overlay.hubContainer();

        assertTrue(settings.security().operator().isPresent());
        assertEquals(settings.server().port(), hub.at("/ports/0/containerPort").asInt());
        assertEquals("/etc/caravan/caravan.yaml", value(hub, Option.CONFIG.variables().getFirst()));
        Set<String> mounts = Rendering.stream(hub.at("/volumeMounts")).map(m -> m.at("/mountPath").asText()).collect(Collectors.toSet());
        assertTrue(mounts.containsAll(Set.of("/etc/caravan", "/tmp", settings.folders().data().toString())), mounts::toString);
        if (overlay.hub().at("/spec/template/spec/initContainers").isArray()) {
            JsonNode download = overlay.hub().at("/spec/template/spec/initContainers/0");
            assertEquals("models", download.at("/args/0").asText());
            assertEquals(settings.pipelines().preload().orElseThrow(), download.at("/args/2").asText());
            Map<String, String> environment = ImageTest.environment();
            environment.putAll(HubSettings.environment(download.at("/env")));
            assertEquals(settings.folders().models(), HubSettings.read(Map.of(), environment).folders().models());
        }
    }

    @Test
    void theProbesAskWhatTheHubAnswersWithoutAToken() {
        try (TestHub hub = TestHub.start("--token=secret")) {
            for (Rendering overlay : Rendering.all()) {
                for (String probe : PROBES) {
                    JsonNode asked = overlay.hubContainer().at("/" + probe + "/httpGet");
                    assertEquals("http", asked.at("/port").asText());
                    assertEquals(200, hub.status(asked.at("/path").asText()), probe);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void aPodIsGivenTimeToDrainAndAModelTimeToLoad(Rendering overlay) {
        JsonNode pod = overlay.hub().at("/spec/template/spec");
        int before = overlay.hubContainer().at("/lifecycle/preStop/exec/command/1").asInt();
        long drain = HubSettings.of(overlay).drain().toSeconds();
        assertTrue(before > 0);
        assertTrue(pod.at("/terminationGracePeriodSeconds").asLong() >= before + drain + CLOSING_SECONDS, overlay::overlay);

        JsonNode startup = overlay.hubContainer().at("/startupProbe");
        assertTrue(startup.at("/periodSeconds").asInt() * startup.at("/failureThreshold").asInt() >= 900);
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void podsHaveNoMoreRightsThanTheyNeed(Rendering overlay) {
        for (JsonNode workload : overlay.workloads()) {
            String name = Rendering.name(workload);
            JsonNode pod = workload.at("/spec/template/spec");
            assertTrue(pod.at("/securityContext/runAsNonRoot").asBoolean(), name);
            assertTrue(pod.at("/securityContext/runAsUser").asInt() > 0, name);
            assertEquals("RuntimeDefault", pod.at("/securityContext/seccompProfile/type").asText(), name);
            assertEquals("false", pod.at("/automountServiceAccountToken").asText(), name);
            assertEquals("false", pod.at("/enableServiceLinks").asText(), name);
            for (JsonNode container : containers(pod)) {
                assertTrue(container.at("/securityContext/readOnlyRootFilesystem").asBoolean(), name);
                assertEquals("false", container.at("/securityContext/allowPrivilegeEscalation").asText(), name);
                assertEquals("[\"ALL\"]", container.at("/securityContext/capabilities/drop").toString(), name);
                assertTrue(container.at("/resources/requests/cpu").isTextual(), name);
                assertTrue(container.at("/resources/limits/memory").isTextual(), name);
                assertTrue(container.at("/image").asText().matches(".+:(?!latest).+"), () -> container.at("/image") + " is not pinned");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void portsForMediaAreTheSameEverywhere(Rendering overlay) {
        Settings.PortRange range = HubSettings.of(overlay).webrtc().udpPorts().orElseThrow();
        JsonNode open = overlay.one("NetworkPolicy", "caravan").at("/spec/ingress/1/ports/0");
        assertEquals("[UDP, %d, %d]".formatted(range.min(), range.max()), range(open));
        overlay.find("NetworkPolicy", "caravan-turn").ifPresent(turn -> {
            assertEquals(range(open), range(turn.at("/spec/egress/0/ports/0")));
            List<String> arguments = Rendering.stream(overlay.one("Deployment", "caravan-turn").at("/spec/template/spec/containers/0/args"))
                    .map(JsonNode::asText)
                    .toList();
            JsonNode relayed = turn.at("/spec/ingress/1/ports/0");
            assertTrue(arguments.contains("--min-port=" + relayed.at("/port").asText()));
            assertTrue(arguments.contains("--max-port=" + relayed.at("/endPort").asText()));
        });
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void everySelectorSelectsPodsAndEveryPortHasAName(Rendering overlay) {
        List<JsonNode> pods = overlay.workloads().stream().map(workload -> workload.at("/spec/template")).toList();
        overlay.kind("Service").forEach(service -> {
            JsonNode pod = selected(service, service.at("/spec/selector"), pods);
            Set<String> ports = Rendering.stream(pod.at("/spec/containers/0/ports")).map(p -> p.at("/name").asText()).collect(Collectors.toSet());
            Rendering.stream(service.at("/spec/ports")).forEach(port ->
                    assertTrue(ports.contains(port.at("/targetPort").asText()), () -> Rendering.name(service) + ": " + port));
        });
        overlay.kind("NetworkPolicy").forEach(policy -> selected(policy, policy.at("/spec/podSelector/matchLabels"), pods));
        overlay.kind("PodDisruptionBudget").forEach(budget -> selected(budget, budget.at("/spec/selector/matchLabels"), pods));
        overlay.kind("ServiceMonitor").forEach(monitor -> {
            JsonNode service = selected(monitor, monitor.at("/spec/selector/matchLabels"), overlay.kind("Service").toList());
            assertEquals(monitor.at("/spec/endpoints/0/port"), service.at("/spec/ports/0/name"));
        });
        for (JsonNode workload : overlay.workloads()) {
            selected(workload, workload.at("/spec/selector/matchLabels"), List.of(workload.at("/spec/template")));
        }
        assertTrue(overlay.find("Service", overlay.hub().at("/spec/serviceName").asText()).isPresent());
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void everythingReferredToIsThereOrIsSaidHowToMake(Rendering overlay) {
        String readme = Yaml.text(Rendering.FOLDER.resolve("README.md"));
        Set<String> made = new HashSet<>(overlay.kind("Secret").map(Rendering::name).toList());
        overlay.kind("KafkaUser").map(Rendering::name).forEach(made::add); // by the operator of Strimzi
        overlay.kind("Kafka").map(kafka -> Rendering.name(kafka) + "-cluster-ca-cert").forEach(made::add);
        for (JsonNode document : overlay.documents()) {
            for (JsonNode reference : secretReferences(document)) {
                String secret = reference.path("secretName").asText(reference.path("name").asText());
                boolean told = readme.contains("create secret generic " + secret + " ")
                        && (!reference.has("key") || readme.contains("--from-literal=" + reference.get("key").asText() + "="));
                assertTrue(made.contains(secret) || told, () -> "nobody makes secret " + reference);
            }
        }
        for (JsonNode workload : overlay.workloads()) {
            JsonNode pod = workload.at("/spec/template/spec");
            Set<String> volumes = Stream.concat(
                            Rendering.stream(pod.at("/volumes")).map(volume -> volume.at("/name").asText()),
                            Rendering.stream(workload.at("/spec/volumeClaimTemplates")).map(Rendering::name))
                    .collect(Collectors.toSet());
            containers(pod).forEach(container -> Rendering.stream(container.at("/volumeMounts")).forEach(mount ->
                    assertTrue(volumes.contains(mount.at("/name").asText()), () -> "no volume for " + mount)));
        }
    }

    @Test
    void theTopicsAreThoseOfTheHub() {
        Rendering overlay = Rendering.of("kafka");
        Map<String, Map<String, String>> declared = new TreeMap<>();
        Set<Integer> partitions = new HashSet<>();
        overlay.kind("KafkaTopic").forEach(topic -> {
            Map<String, String> config = new TreeMap<>();
            topic.at("/spec/config").properties().forEach(entry -> config.put(entry.getKey(), entry.getValue().asText()));
            declared.put(Rendering.name(topic), config);
            partitions.add(topic.at("/spec/partitions").asInt());
        });
        Map<String, Map<String, String>> own = ownTopics();

        assertEquals(own, declared);
        assertEquals(1, partitions.size(), "topics keyed by the session have as many partitions each");
        JsonNode settings = overlay.one("Kafka", "caravan").at("/spec/kafka/config");
        for (Map<String, String> config : own.values()) {
            assertTrue(settings.at("/message.max.bytes").asLong() >= Long.parseLong(config.get("max.message.bytes")));
        }
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void theHubReachesItsClusterAsTheUserItHas(Rendering overlay) {
        Settings.Kafka kafka = HubSettings.of(overlay).kafka();
        Optional<JsonNode> cluster = overlay.kind("Kafka").findFirst();
        assertEquals(cluster.isPresent(), kafka.broker() instanceof Settings.Broker.Cluster);
        cluster.ifPresent(found -> {
            JsonNode listener = found.at("/spec/kafka/listeners/0");
            String address = Rendering.name(found) + "-kafka-bootstrap:" + listener.at("/port").asText();
            assertEquals(new Settings.Broker.Cluster(address), kafka.broker());
            assertEquals("SASL_SSL", kafka.access().protocol());
            assertEquals(listener.at("/authentication/type").asText(), kafka.access().mechanism().toLowerCase(Locale.ROOT));
            JsonNode user = overlay.one("KafkaUser", kafka.access().login().orElseThrow().username());
            assertTrue(Rendering.stream(user.at("/spec/authorization/acls")).map(rule -> rule.at("/resource")).anyMatch(resource ->
                    resource.at("/type").asText().equals("group") && resource.at("/name").asText().equals(kafka.group())));
            assertEquals("/etc/kafka-ca/ca.crt", kafka.access().authority().orElseThrow().toString());
        });
    }

    @Test
    void theAutoscalerAsksForWhatIsThereAndLeavesTimeToDrain() {
        Rendering overlay = Rendering.of("autoscale");
        Keda.ScaledSpec scaler = ((Keda.ScaledObject) Kinds.bind(overlay.one("ScaledObject", "caravan"))).spec();

        assertEquals(Rendering.name(overlay.hub()), scaler.scaleTargetRef().name());
        assertTrue(overlay.hub().at("/spec/replicas").isMissingNode(), "the number of pods is the autoscaler's");
        assertEquals(overlay.one("KafkaTopic", TopicPlan.FRAMES_IN).at("/spec/partitions").asInt(), scaler.maxReplicaCount());
        Keda.Rules down = scaler.advanced().horizontalPodAutoscalerConfig().behavior().scaleDown();
        assertEquals(1, down.policies().getFirst().value());
        assertTrue(down.policies().getFirst().periodSeconds()
                >= overlay.hub().at("/spec/template/spec/terminationGracePeriodSeconds").asInt());

        Keda.Trigger sessions = scaler.triggers().get(0);
        List<String> asked = Pattern.compile("caravan_[a-z_]+").matcher(sessions.text("query")).results().map(r -> r.group()).toList();
        assertEquals(UsedMetrics.SCALING, asked);
        UsedMetrics.requireDocumented(asked);
        Keda.Trigger lag = scaler.triggers().get(1);
        assertEquals(HubSettings.of(overlay).kafka().group(), lag.text("consumerGroup"));
        assertTrue(overlay.find("KafkaTopic", lag.text("topic")).isPresent());
        assertTrue(overlay.find("TriggerAuthentication", lag.authenticationRef().name()).isPresent());
    }

    @Test
    void theAlertsOfAClusterAreThoseThatPrometheusReads() {
        JsonNode read = Yaml.file(Rendering.FOLDER.resolve("prometheus/alerts.yaml"));

        assertEquals(read, Rendering.of("gpu").one("PrometheusRule", "caravan").at("/spec"), "run k8s/render");
        assertTrue(
                Yaml.text(Rendering.FOLDER.resolve("compose/prometheus/prometheus.yaml")).contains("/rules/alerts.yaml"),
                "the composed Prometheus reads other rules");
    }

    @Test
    void theHubSharesNoNodesNetworkUnlessTheOverlaySaysSo() {
        for (Rendering overlay : Rendering.all()) {
            boolean shared = overlay.hub().at("/spec/template/spec/hostNetwork").asBoolean();
            assertEquals(overlay.overlay().equals("host-network"), shared);
            assertEquals(
                    shared ? "privileged" : "restricted",
                    overlay.one("Namespace", "caravan").at("/metadata/labels").path("pod-security.kubernetes.io/enforce").asText());
        }
        assertFalse(Rendering.of("host-network").find("Deployment", "caravan-turn").isPresent());
    }

    /** What the hub itself would give topics that are missing. */
    private static Map<String, Map<String, String>> ownTopics() {
        Map<String, Map<String, String>> own = new TreeMap<>();
        for (NewTopic topic : new TopicPlan(TopicPlan.EMBEDDED_PARTITIONS, Optional.empty(), Optional.empty()).topics()) {
            own.put(topic.name(), new TreeMap<>(topic.configs()));
        }
        return own;
    }

    private static JsonNode selected(JsonNode selecting, JsonNode labels, List<JsonNode> candidates) {
        assertFalse(labels.isEmpty(), () -> Rendering.name(selecting) + " selects everything");
        return candidates.stream()
                .filter(candidate -> labels.properties().stream().allMatch(label ->
                        candidate.at("/metadata/labels").path(label.getKey()).equals(label.getValue())))
                .findFirst()
                .orElseThrow(() -> new AssertionError(selecting.at("/kind") + " " + Rendering.name(selecting) + " selects nothing"));
    }

    private static List<JsonNode> containers(JsonNode pod) {
        return Stream.concat(Rendering.stream(pod.at("/containers")), Rendering.stream(pod.at("/initContainers"))).toList();
    }

    /** Every object below {@code secretKeyRef}, {@code secret}, {@code credentials} or in {@code secretTargetRef} that must be there. */
    private static List<JsonNode> secretReferences(JsonNode document) {
        List<JsonNode> found = new ArrayList<>();
        for (String field : List.of("secretKeyRef", "secret", "credentials")) {
            document.findValues(field).stream().filter(JsonNode::isObject).forEach(found::add);
        }
        document.findValues("secretTargetRef").forEach(list -> list.forEach(found::add));
        return found;
    }

    private static String range(JsonNode port) {
        return List.of(port.at("/protocol").asText(), port.at("/port").asInt(), port.at("/endPort").asInt()).toString();
    }

    private static String value(JsonNode container, String variable) {
        return Rendering.stream(container.at("/env"))
                .filter(each -> each.at("/name").asText().equals(variable))
                .map(each -> each.at("/value").asText())
                .findFirst()
                .orElse("");
    }
}
