package dev.caravan.processors.session;

import dev.caravan.inference.pipeline.ParameterTable;
import dev.caravan.inference.pipeline.Parameters;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The coalesced parameters of one node: settings stay, one-shots leave once used. Guarded by its {@link ControlLog}. */
final class ParameterState {

    private Map<String, Object> values = Map.of();
    // What has left the values because a chunk began, and this node has not used: it may wait for frames of the node before it.
    private Map<String, Object> unused = Map.of();
    // Whether a chunk has begun since the last update: then there is nothing to take out.
    private boolean settled = true;
    // A chunk every few milliseconds asks for these; they change when a person moves something.
    private @Nullable Parameters forPipeline;

    void merge(Map<String, Object> update) {
        set(ParameterTable.merge(values, update));
        settled = false;
    }

    /** Settings and the one-shots no chunk has used yet, unmodifiable. */
    Map<String, Object> values() {
        return values;
    }

    /** What the next chunk would see. */
    Parameters parameters() {
        if (forPipeline == null) {
            Map<String, Object> all = values;
            if (!unused.isEmpty()) {
                all = new LinkedHashMap<>(unused);
                all.putAll(values);
            }
            forPipeline = new Parameters(ParameterTable.forPipeline(all));
        }
        return forPipeline;
    }

    /** A chunk begins that uses what {@link #parameters()} then says. */
    void begin() {
        if (settled) {
            return;
        }
        Map<String, Object> after = ParameterTable.afterChunk(values);
        Map<String, Object> shots = new LinkedHashMap<>(unused);
        values.forEach((key, value) -> {
            if (!after.containsKey(key)) {
                shots.put(key, value);
            }
        });
        set(after);
        unused = shots;
        settled = true;
    }

    /** The chunk has used its one-shots, whatever came of it. */
    void used() {
        if (!unused.isEmpty()) {
            unused = Map.of();
            forPipeline = null;
        }
    }

    private void set(Map<String, Object> next) {
        values = next;
        forPipeline = null;
    }
}
