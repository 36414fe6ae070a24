package dev.caravan.processors.session;

import dev.caravan.inference.pipeline.Parameters;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The coalesced parameters of one node: settings stay, one-shots leave once used. Guarded by its {@link ControlLog}. */
final class ParameterState {

    private final ParameterRules rules;
    private Map<String, Object> values = Map.of();
    private boolean hasOneShots;
    // One-shots of the chunk that runs: taken out of the values when it begins, so that one sent meanwhile is another one.
    private Map<String, Object> inUse = Map.of();
    // A chunk every few milliseconds asks for these; they change when a person moves something.
    private @Nullable Parameters forPipeline;

    ParameterState(ParameterRules rules) {
        this.rules = rules;
    }

    void merge(Map<String, Object> update) {
        set(rules.merge(values, update));
    }

    /** Settings and the one-shots no chunk has used yet, unmodifiable. */
    Map<String, Object> values() {
        return values;
    }

    /** How many keys there would be; 0 when the update brings no new one. */
    int grownBy(Map<String, Object> update) {
        int fresh = 0;
        for (Map.Entry<String, Object> entry : update.entrySet()) {
            if (entry.getValue() != null && !values.containsKey(entry.getKey())) {
                fresh++;
            }
        }
        return fresh == 0 ? 0 : values.size() + fresh;
    }

    /** What the next chunk would see. */
    Parameters parameters() {
        if (forPipeline == null) {
            Map<String, Object> visible = new LinkedHashMap<>(inUse);
            visible.putAll(values);
            visible.keySet().removeAll(ParameterKeys.HUB_ONLY);
            forPipeline = visible.isEmpty() ? Parameters.NONE : new Parameters(Collections.unmodifiableMap(visible));
        }
        return forPipeline;
    }

    /** A chunk begins that will use what {@link #parameters()} then says. */
    void begin() {
        if (!hasOneShots) {
            return;
        }
        Map<String, Object> settings = new LinkedHashMap<>(values);
        Map<String, Object> shots = new LinkedHashMap<>(inUse);
        for (String key : ParameterKeys.ONE_SHOTS) {
            Object shot = settings.remove(key);
            if (shot != null) {
                shots.put(key, shot);
            }
        }
        set(settings);
        inUse = shots;
    }

    /** The chunk has used its one-shots, whatever came of it. */
    void used() {
        if (!inUse.isEmpty()) {
            inUse = Map.of();
            forPipeline = null;
        }
    }

    private void set(Map<String, Object> next) {
        values = Collections.unmodifiableMap(next);
        hasOneShots = !Collections.disjoint(next.keySet(), ParameterKeys.ONE_SHOTS);
        forPipeline = null;
    }
}
