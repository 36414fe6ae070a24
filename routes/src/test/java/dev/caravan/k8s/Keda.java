package dev.caravan.k8s;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/** As much of KEDA's resources (version 2, keda.sh/v1alpha1) as is used here; anything else is refused as a misspelling. */
final class Keda {

    private Keda() {}

    record Metadata(String name, String namespace, Map<String, String> labels) {}

    record ScaledObject(String apiVersion, String kind, Metadata metadata, ScaledSpec spec) {}

    record ScaledSpec(
            Target scaleTargetRef,
            int pollingInterval,
            int minReplicaCount,
            int maxReplicaCount,
            Advanced advanced,
            List<Trigger> triggers) {}

    record Target(String apiVersion, String kind, String name) {}

    record Advanced(AutoscalerConfig horizontalPodAutoscalerConfig) {}

    record AutoscalerConfig(Behavior behavior) {}

    record Behavior(Rules scaleUp, Rules scaleDown) {}

    record Rules(int stabilizationWindowSeconds, List<Policy> policies) {}

    record Policy(String type, int value, int periodSeconds) {}

    /** @param metadata texts only: KEDA refuses numbers here; {@link #known} names the fields of each type */
    record Trigger(String type, Map<String, JsonNode> metadata, Reference authenticationRef) {

        Trigger {
            List<String> known = known(type);
            metadata.forEach((field, value) -> {
                if (!known.contains(field) || !value.isTextual()) {
                    throw new IllegalArgumentException("trigger " + type + ": " + field + " is unknown or no text");
                }
            });
        }

        String text(String field) {
            return metadata.get(field).asText();
        }

        private static List<String> known(String type) {
            return switch (type) {
                case "prometheus" -> List.of("serverAddress", "query", "threshold", "activationThreshold");
                case "kafka" -> List.of(
                        "bootstrapServers", "consumerGroup", "topic", "lagThreshold", "offsetResetPolicy", "sasl", "tls");
                default -> throw new IllegalArgumentException("unknown trigger " + type);
            };
        }
    }

    record Reference(String name) {}

    record TriggerAuthentication(String apiVersion, String kind, Metadata metadata, AuthenticationSpec spec) {}

    record AuthenticationSpec(List<SecretTarget> secretTargetRef) {}

    record SecretTarget(String parameter, String name, String key) {}
}
