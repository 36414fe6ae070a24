package dev.caravan.k8s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That a cluster would take what the overlays make. */
class ManifestTest {

    static List<String> overlays() {
        return Rendering.OVERLAYS;
    }

    @Test
    void everyOverlayIsRendered() throws Exception {
        try (Stream<Path> folders = Files.list(Rendering.FOLDER.resolve("overlays"))) {
            assertEquals(
                    new HashSet<>(Rendering.OVERLAYS),
                    new HashSet<>(folders.map(folder -> folder.getFileName().toString()).toList()));
        }
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void whatIsKeptIsWhatTheOverlayMakes(String overlay) {
        assertEquals(
                Yaml.documents(Rendering.kept(overlay)),
                Rendering.of(overlay).documents(),
                "k8s/rendered/" + overlay + ".yaml is stale: run k8s/render");
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void everyFieldIsOneItsKindKnows(String overlay) {
        Rendering.of(overlay).documents().forEach(Kinds::bind);
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void everythingHasItsPlaceInTheNamespaceAndANameOfItsOwn(String overlay) {
        HashSet<String> names = new HashSet<>();
        for (JsonNode document : Rendering.of(overlay).documents()) {
            String kind = document.at("/kind").asText();
            String name = kind + " " + Rendering.name(document);
            assertTrue(names.add(name), () -> name + " stands there twice");
            if (!kind.equals("Namespace")) {
                assertEquals("caravan", document.at("/metadata/namespace").asText(), name);
            }
        }
    }

    @Test
    void aMisspeltFieldIsRefusedHoweverDeepItLies() {
        Rendering all = Rendering.of("autoscale");
        refused(all.hub(), "/spec/template/spec/containers/0", "readinessProbe", "readynessProbe");
        refused(all.hub(), "/spec/volumeClaimTemplates/0/spec/resources", "requests", "request");
        refused(all.one("Service", "caravan"), "/spec/ports/0", "targetPort", "targetport");
        refused(all.one("NetworkPolicy", "caravan"), "/spec/ingress/1/ports/0", "endPort", "endport");
        refused(all.one("ServiceMonitor", "caravan"), "/spec/endpoints/0/authorization", "credentials", "credential");
        refused(all.one("Kafka", "caravan"), "/spec/kafka/listeners/0", "authentication", "authentification");
        refused(all.one("KafkaTopic", "caravan.frames.in"), "/spec", "partitions", "partition");
        refused(all.one("KafkaUser", "caravan-hub"), "/spec/authorization/acls/0/resource", "patternType", "pattern");
        refused(all.one("ScaledObject", "caravan"), "/spec", "maxReplicaCount", "maxReplicas");
        refused(all.one("ScaledObject", "caravan"), "/spec/triggers/0/metadata", "threshold", "treshold");
        refused(all.one("TriggerAuthentication", "caravan-scaler"), "/spec/secretTargetRef/0", "parameter", "param");
    }

    @Test
    void aWordThatIsNoneOfAFieldIsRefused() {
        JsonNode user = Rendering.of("kafka").one("KafkaUser", "caravan-hub").deepCopy();
        ((ObjectNode) user.at("/spec/authorization/acls/0")).putArray("operations").add("Wirte");

        AssertionError refusal = assertThrows(AssertionError.class, () -> Kinds.bind(user));
        assertTrue(refusal.getMessage().contains("Wirte"), refusal.getMessage());
    }

    private static void refused(JsonNode document, String parent, String field, String misspelt) {
        JsonNode copy = document.deepCopy();
        ObjectNode holder = (ObjectNode) copy.at(parent);
        JsonNode value = holder.remove(field);
        assertTrue(value != null, () -> parent + " has no " + field + " to misspell");
        holder.set(misspelt, value);

        AssertionError refusal = assertThrows(AssertionError.class, () -> Kinds.bind(copy));
        assertTrue(refusal.getMessage().contains(misspelt), refusal.getMessage());
    }
}
