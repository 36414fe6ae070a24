package dev.caravan.api;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.inference.pipeline.ParameterTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of a JSON object that came from outside and collects what is wrong with them, so that a client hears of all faults at
 * once. Null counts as absent; unknown fields are ignored. Ask for every field first, then call {@link #check()}, then use the values.
 */
public final class Fields {

    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

    private final ObjectNode json;
    private final List<Object> loc;
    private final List<ValidationError.Fault> faults;

    private Fields(ObjectNode json, List<Object> loc, List<ValidationError.Fault> faults) {
        this.json = json;
        this.loc = loc;
        this.faults = faults;
    }

    /** The fields of a request's body. */
    public static Fields ofBody(ObjectNode json) {
        return new Fields(json, List.of("body"), new ArrayList<>());
    }

    /** @throws ValidationError when any field asked for so far is wrong */
    public void check() {
        if (!faults.isEmpty()) {
            throw new ValidationError(faults);
        }
    }

    /** A JSON object as plain maps, lists, strings, numbers and booleans. */
    public static Map<String, Object> toMap(ObjectNode json) {
        return Json.MAPPER.convertValue(json, MAP);
    }

    /** Any JSON value as the same. */
    public static Object toValue(JsonNode json) {
        return Json.MAPPER.convertValue(json, Object.class);
    }

    /** A text that must be there; the empty text when it is not, until {@link #check()}. */
    public String requireText(String name) {
        if (field(name) == null) {
            fault("missing", "Field required", json, name);
        }
        return text(name).orElse("");
    }

    public Optional<String> text(String name) {
        return checked(name, JsonNode::isTextual, "string_type", "Input should be a valid string").map(JsonNode::asText);
    }

    public Optional<Boolean> bool(String name) {
        return checked(name, JsonNode::isBoolean, "bool_type", "Input should be a valid boolean").map(JsonNode::asBoolean);
    }

    /** A whole number in the range of an int. */
    public Optional<Integer> whole(String name) {
        return checked(name, node -> node.isIntegralNumber() && node.canConvertToInt(), "int_type", "Input should be a valid integer")
                .map(JsonNode::asInt);
    }

    /** One word out of a closed set. */
    public Optional<String> oneOf(String name, String... allowed) {
        List<String> words = List.of(allowed);
        String msg = "Input should be '" + String.join("' or '", words) + "'";
        return checked(name, node -> node.isTextual() && words.contains(node.asText()), "literal_error", msg)
                .map(JsonNode::asText);
    }

    public Optional<ObjectNode> object(String name) {
        return checked(name, JsonNode::isObject, "dict_type", "Input should be a valid dictionary").map(ObjectNode.class::cast);
    }

    /** An object read like this one; its faults count as this one's. */
    public Optional<Fields> fields(String name) {
        return object(name).map(object -> new Fields(object, path(name), faults));
    }

    /** An object as plain maps, lists, strings, numbers and booleans. */
    public Optional<Map<String, Object>> map(String name) {
        return object(name).map(Fields::toMap);
    }

    /** A list of texts. */
    public Optional<List<String>> texts(String name) {
        return list(name).map(items -> {
            List<String> out = new ArrayList<>();
            for (int i = 0; i < items.size(); i++) {
                if (items.get(i).isTextual()) {
                    out.add(items.get(i).asText());
                } else {
                    fault("string_type", "Input should be a valid string", items.get(i), name, i);
                }
            }
            return out;
        });
    }

    /** A list of objects, each read like this one; their faults count as this one's. */
    public Optional<List<Fields>> objects(String name) {
        return list(name).map(items -> {
            List<Fields> out = new ArrayList<>();
            for (int i = 0; i < items.size(); i++) {
                if (items.get(i) instanceof ObjectNode object) {
                    out.add(new Fields(object, path(name, i), faults));
                } else {
                    fault("model_attributes_type", "Input should be a valid dictionary or object", items.get(i), name, i);
                }
            }
            return out;
        });
    }

    /** The same, but it must be there; the empty list when it is not, until {@link #check()}. */
    public List<Fields> requireObjects(String name) {
        if (field(name) == null) {
            fault("missing", "Field required", json, name);
        }
        return objects(name).orElse(List.of());
    }

    /** Reports a fault that only the caller can see. */
    public void fault(String type, String msg, @Nullable Object input, Object... path) {
        faults.add(new ValidationError.Fault(type, path(path), msg, input));
    }

    /** Counts what the parameter table found below a field as this object's faults. */
    public void faults(String name, List<ParameterTable.Error> errors) {
        for (ParameterTable.Error error : errors) {
            List<Object> below = new ArrayList<>(List.of((Object) name));
            below.addAll(error.path());
            fault(error.type(), error.msg(), error.input(), below.toArray());
        }
    }

    private Optional<JsonNode> list(String name) {
        return checked(name, JsonNode::isArray, "list_type", "Input should be a valid list");
    }

    private Optional<JsonNode> checked(String name, Predicate<JsonNode> rule, String type, String msg) {
        JsonNode value = field(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!rule.test(value)) {
            fault(type, msg, value, name);
            return Optional.empty();
        }
        return Optional.of(value);
    }

    private @Nullable JsonNode field(String name) {
        JsonNode value = json.get(name);
        return value == null || value.isNull() ? null : value;
    }

    private List<Object> path(Object... below) {
        List<Object> out = new ArrayList<>(loc);
        out.addAll(List.of(below));
        return out;
    }
}
