package dev.caravan.inference.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A place inside an update and the list that errors found there go to.
 *
 * @param path     from the key down
 * @param leniency of the door
 * @param errors   shared by all places of one update
 */
record Findings(List<Object> path, ParameterTable.Leniency leniency, List<ParameterTable.Error> errors) {

    private static final int MAX_ECHO_CHARS = 200;
    private static final int MAX_ECHO_BYTES = 1024;

    static Findings at(String key, ParameterTable.Leniency leniency, List<ParameterTable.Error> errors) {
        return new Findings(List.of(key), leniency, errors);
    }

    /** The place one step down. */
    Findings child(Object step) {
        List<Object> longer = new ArrayList<>(path);
        longer.add(step);
        return new Findings(List.copyOf(longer), leniency, errors);
    }

    /** Notes an error; always empty, so that a rule can return it. */
    Optional<Object> refuse(String type, String msg, @Nullable Object input) {
        errors.add(new ParameterTable.Error(path, type, msg, echo(input)));
        return Optional.empty();
    }

    /** What is sent back of a refused value: small, immutable, and always writable as JSON. */
    private static @Nullable Object echo(@Nullable Object input) {
        if (input instanceof String s && s.length() > MAX_ECHO_CHARS) {
            return s.substring(0, MAX_ECHO_CHARS) + "...";
        }
        try {
            return BoundedJson.copy(input, MAX_ECHO_BYTES);
        } catch (BoundedJson.RefusedException e) {
            return switch (input) {
                case List<?> list -> "(a list of " + list.size() + ")";
                case Map<?, ?> map -> "(an object of " + map.size() + " keys)";
                case Number n -> String.valueOf(n.doubleValue());
                case null, default -> "(not a JSON value)";
            };
        }
    }
}
