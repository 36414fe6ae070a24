package dev.caravan.processors.session;

import dev.caravan.inference.pipeline.ParameterTable;
import java.util.LinkedHashMap;
import java.util.Map;

/** What sessions ask of the parameter table. */
interface ParameterRules {

    ParameterTable.Checked check(Map<String, Object> update);

    /** The state after an update, as a new map. */
    Map<String, Object> merge(Map<String, Object> current, Map<String, Object> update);

    /** The contract's rules (§2.6): an update overrides only its own keys, null unsets, later prompts cancel a transition. */
    ParameterRules CONTRACT = new ParameterRules() {
        @Override
        public ParameterTable.Checked check(Map<String, Object> update) {
            return ParameterTable.check(update);
        }

        @Override
        public Map<String, Object> merge(Map<String, Object> current, Map<String, Object> update) {
            return mergeKeys(current, update);
        }
    };

    /** Key by key: last value wins. */
    static Map<String, Object> mergeKeys(Map<String, Object> current, Map<String, Object> update) {
        Map<String, Object> merged = new LinkedHashMap<>(current);
        if (update.containsKey("prompts") && !update.containsKey("transition")) {
            merged.remove("transition");
        }
        update.forEach((key, value) -> {
            if (value == null) {
                merged.remove(key);
            } else {
                merged.put(key, value);
            }
        });
        return merged;
    }
}
