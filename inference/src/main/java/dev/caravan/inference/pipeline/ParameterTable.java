package dev.caravan.inference.pipeline;

import java.util.List;
import java.util.Map;

/**
 * The one table of parameters (contract §2.6 and the hub's own keys) behind every door: offers, REST, data channels, Kafka and routes.
 * A door decides what to do with errors; the table only finds them.
 */
public final class ParameterTable {

    private ParameterTable() {}

    /**
     * Checks a partial update.
     *
     * @param update a JSON object as maps, lists, strings, numbers and booleans; unknown keys are kept
     * @return the good keys, normalised, and one error per bad key
     */
    public static Checked check(Map<String, Object> update) {
        throw new UnsupportedOperationException();
    }

    /**
     * @param accepted the keys that are valid
     * @param errors   what is wrong with the others, in the order they were given
     */
    public record Checked(Map<String, Object> accepted, List<Error> errors) {}

    /**
     * @param path  where, from the key down: {@code ["prompts", 0, "weight"]} (strings and integers)
     * @param type  machine-readable kind in the contract's words, for example {@code less_than_equal}, {@code literal_error}
     * @param msg   for a person
     * @param input the value that was given
     */
    public record Error(List<Object> path, String type, String msg, Object input) {

        /** The top-level key. */
        public String key() {
            return String.valueOf(path.getFirst());
        }
    }
}
