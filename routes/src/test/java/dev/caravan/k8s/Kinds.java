package dev.caravan.k8s;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.nodepool.KafkaNodePool;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import io.strimzi.api.kafka.model.user.KafkaUser;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Binds documents to the models of their kinds. The models keep what they do not know in {@code additionalProperties}, where nobody would
 * see a misspelt field: a walk through the whole object finds it.
 */
final class Kinds {

    private static final Map<String, Class<?>> MODELS = Map.ofEntries(
            Map.entry("v1/Namespace", Namespace.class),
            Map.entry("v1/ConfigMap", ConfigMap.class),
            Map.entry("v1/Secret", Secret.class),
            Map.entry("v1/Service", Service.class),
            Map.entry("apps/v1/StatefulSet", StatefulSet.class),
            Map.entry("apps/v1/Deployment", Deployment.class),
            Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            Map.entry("monitoring.coreos.com/v1/PrometheusRule", PrometheusRule.class),
            Map.entry("monitoring.coreos.com/v1/ServiceMonitor", ServiceMonitor.class),
            Map.entry("kafka.strimzi.io/v1/Kafka", Kafka.class),
            Map.entry("kafka.strimzi.io/v1/KafkaNodePool", KafkaNodePool.class),
            Map.entry("kafka.strimzi.io/v1/KafkaTopic", KafkaTopic.class),
            Map.entry("kafka.strimzi.io/v1/KafkaUser", KafkaUser.class),
            Map.entry("keda.sh/v1alpha1/ScaledObject", Keda.ScaledObject.class),
            Map.entry("keda.sh/v1alpha1/TriggerAuthentication", Keda.TriggerAuthentication.class));

    /** Models of Strimzi do not write what is so anyway. */
    private static final Set<String> DEFAULTS = Set.of("literal", "false");

    private static final ObjectMapper JSON =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, true);

    private Kinds() {}

    /** @throws AssertionError for a kind that is not in the list, and for fields its model does not know */
    static Object bind(JsonNode document) {
        String kind = document.at("/apiVersion").asText() + "/" + document.at("/kind").asText();
        String shown = kind + " " + Rendering.name(document);
        Class<?> model = MODELS.get(kind);
        if (model == null) {
            throw new AssertionError(shown + " is of no known kind");
        }
        try {
            Object bound = JSON.treeToValue(document, model);
            List<String> unknown = new ArrayList<>();
            walk(bound, shown, unknown, Collections.newSetFromMap(new IdentityHashMap<>()));
            // The version is that of the list above; a model of several versions writes its own.
            compare(((ObjectNode) document.deepCopy()).without("apiVersion"), JSON.valueToTree(bound), shown, unknown);
            if (!unknown.isEmpty()) {
                throw new AssertionError("unknown: " + unknown);
            }
            return bound;
        } catch (JsonProcessingException e) {
            throw new AssertionError(shown + ": " + e.getOriginalMessage(), e);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /** A word that an enumeration does not know is dropped in silence too: all that was said has to be there when it is written again. */
    private static void compare(JsonNode said, JsonNode understood, String path, List<String> unknown) {
        if (said.isObject()) {
            said.properties().forEach(entry ->
                    compare(entry.getValue(), understood.path(entry.getKey()), path + "." + entry.getKey(), unknown));
        } else if (said.isArray()) {
            for (int i = 0; i < said.size(); i++) {
                compare(said.get(i), understood.path(i), path + "[" + i + "]", unknown);
            }
        } else if (!said.asText().equals(understood.asText()) && !(understood.isMissingNode() && DEFAULTS.contains(said.asText()))) {
            unknown.add(path + ": " + said);
        }
    }

    private static void walk(Object value, String path, List<String> unknown, Set<Object> seen) throws IllegalAccessException {
        switch (value) {
            case null -> { }
            case Collection<?> items -> {
                for (Object item : items) {
                    walk(item, path + "[]", unknown, seen);
                }
            }
            case Map<?, ?> entries -> {
                for (Map.Entry<?, ?> entry : entries.entrySet()) {
                    walk(entry.getValue(), path + "." + entry.getKey(), unknown, seen);
                }
            }
            default -> {
                if (isModel(value) && seen.add(value)) {
                    fields(value, path, unknown, seen);
                }
            }
        }
    }

    private static void fields(Object model, String path, List<String> unknown, Set<Object> seen) throws IllegalAccessException {
        for (Class<?> type = model.getClass(); type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers())) {
                    continue;
                }
                field.setAccessible(true);
                Object value = field.get(model);
                if (field.getName().equals("additionalProperties") && value instanceof Map<?, ?> rest) {
                    rest.keySet().forEach(key -> unknown.add(path + "." + key));
                } else {
                    walk(value, path + "." + field.getName(), unknown, seen);
                }
            }
        }
    }

    private static boolean isModel(Object value) {
        String name = value.getClass().getName();
        return !value.getClass().isEnum() && (name.startsWith("io.fabric8.") || name.startsWith("io.strimzi."));
    }
}
