package dev.caravan.k8s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.config.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That the image and the Compose file name what is there. Neither is run. */
class ImageTest {

    private static final Path COMPOSE = Rendering.FOLDER.resolve("compose/compose.yaml");
    private static final JsonNode FILE = Yaml.file(COMPOSE);
    /** Without comments, one instruction a line. */
    private static final String DOCKERFILE = Yaml.text(Rendering.FOLDER.resolve("docker/Dockerfile"))
            .replaceAll("(?m)^#.*\n", "")
            .replaceAll("\\\\\n\\s*", " ");

    static List<Map.Entry<String, JsonNode>> services() {
        return List.copyOf(FILE.at("/services").properties());
    }

    @Test
    void theImageRunsTheLauncherAsNobodyInParticular() {
        assertEquals(List.of("[\"/opt/caravan/caravan\"]"), instructions("ENTRYPOINT"));
        assertEquals(List.of("10001:10001"), instructions("USER"));
        assertEquals(
                Rendering.of("gpu").hub().at("/spec/template/spec/securityContext/runAsUser").asText(),
                instructions("USER").getFirst().split(":")[0]);
        assertTrue(instructions("HEALTHCHECK").getFirst().contains("/health/live"));
    }

    @Test
    void theImageStartsFromPinnedImagesAndCopiesWhatIsThere() {
        Set<String> stages = matches("(?m)^FROM \\S+ AS (\\S+)").collect(Collectors.toSet());
        matches("(?m)^FROM (\\S+)").filter(image -> !image.startsWith("base-")).forEach(image ->
                assertTrue(image.matches(".+:(?!latest).*\\d.*"), () -> image + " is not pinned"));
        assertTrue(stages.containsAll(Set.of("build", "base-cpu", "base-cuda")));
        assertTrue(Files.isExecutable(Rendering.FOLDER.resolve("docker/stage")));
        assertTrue(Yaml.text(Path.of("..", "caravan")).contains("install-needs)"), "the launcher has lost a command");
        assertFalse(DOCKERFILE.contains("libpulse"), "the launcher alone knows the libraries");
    }

    @Test
    void theHubAndTheModelsCommandStartInTheImagesEnvironment() {
        Settings settings = HubSettings.read(Map.of(), environment());

        assertEquals(Path.of("/data"), settings.folders().data());
        assertFalse(settings.browser());
        assertEquals(List.of(settings.server().port() + "/tcp"), instructions("EXPOSE"));
        assertFalse(settings.security().guarded(), "a token in an image is everybody's");
    }

    @ParameterizedTest
    @MethodSource("services")
    void everyImageIsPinnedAndEveryPortIsOnLoopback(Map.Entry<String, JsonNode> service) {
        assertTrue(service.getValue().at("/image").asText().matches("[^:]+:(?!latest).+"), service::toString);
        Rendering.stream(service.getValue().at("/ports")).forEach(port -> assertTrue(port.asText().startsWith("127.0.0.1:"), port::asText));
    }

    @ParameterizedTest
    @MethodSource("services")
    void whatIsMountedIsThere(Map.Entry<String, JsonNode> service) {
        Rendering.stream(service.getValue().at("/volumes")).map(volume -> volume.asText().split(":")[0]).forEach(source ->
                assertTrue(
                        source.startsWith(".") ? Files.exists(COMPOSE.resolveSibling(source)) : FILE.at("/volumes").has(source),
                        () -> source + " is not there"));
        Rendering.stream(service.getValue().at("/secrets")).forEach(secret -> assertTrue(FILE.at("/secrets").has(secret.asText())));
        Optional.of(service.getValue().at("/build")).filter(JsonNode::isObject).ifPresent(build -> {
            Path context = COMPOSE.resolveSibling(build.at("/context").asText());
            assertTrue(Files.exists(context.resolve(build.at("/dockerfile").asText())));
        });
    }

    @Test
    void passwordsComeFromOutsideAndHaveNoDefault() {
        FILE.at("/services").forEach(service -> service.at("/environment").properties().forEach(each -> {
            if (each.getKey().matches(".*(TOKEN|PASSWORD|CREDENTIAL|SECRET).*")) {
                assertTrue(each.getValue().asText().matches("\\$\\{[A-Z_]+:\\?.+}"), () -> each.getKey() + " has a value or a default");
            }
        }));
    }

    @Test
    void theComposedHubWouldStartAndFindsItsNeighbours() {
        JsonNode hub = FILE.at("/services/hub");
        Map<String, String> environment = environment();
        hub.at("/environment").properties().forEach(each -> environment.put(each.getKey(), each.getValue().asText()));

        Settings settings = HubSettings.read(Map.of(), environment);

        assertEquals("0.0.0.0", settings.server().host());
        assertTrue(((Settings.Broker.Cluster) settings.kafka().broker()).bootstrapServers().startsWith("kafka:"));
        assertTrue(settings.server().allowedHosts().contains("hub"), "Prometheus asks by this name");
        Settings.PortRange udp = settings.webrtc().udpPorts().orElseThrow();
        String range = udp.min() + "-" + udp.max();
        assertTrue(hub.at("/ports").toString().contains("127.0.0.1:" + range + ":" + range + "/udp"));
        long grace = Long.parseLong(hub.at("/stop_grace_period").asText().replace("s", ""));
        assertTrue(grace >= settings.drain().toSeconds() + 30);
        assertEquals(
                "hub:" + settings.server().port(),
                Yaml.file(Rendering.FOLDER.resolve("compose/prometheus/prometheus.yaml"))
                        .at("/scrape_configs/0/static_configs/0/targets/0")
                        .asText());
    }

    /** What the image sets of the hub's options. */
    static Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        Pattern.compile("(CARAVAN_[A-Z_]+)=(\\S+)").matcher(instructions("ENV").getFirst()).results()
                .forEach(each -> environment.put(each.group(1), each.group(2)));
        // The launcher's own.
        assertEquals("$GIT_COMMIT", environment.remove("CARAVAN_GIT_COMMIT"));
        return environment;
    }

    private static List<String> instructions(String name) {
        return matches("(?m)^" + name + " (.+)$").toList();
    }

    private static Stream<String> matches(String pattern) {
        return Pattern.compile(pattern).matcher(DOCKERFILE).results().map((MatchResult result) -> result.group(1));
    }
}
