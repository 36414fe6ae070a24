package dev.caravan.processors.session;

import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineSchema;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parameters of the next chunk, node by node, with the one mode the whole chain works in: the wished one, if the main pipeline can
 * do it, else that pipeline's default. Owner thread only.
 */
final class ChunkModes {

    private static final String TEXT = "text";

    private final ControlLog log;
    private final PipelineSchema main;
    private final int mainNode;
    private final List<String> supported;
    private final Parameters[] latest;
    private final Parameters[] adapted;
    private final Parameters[] adaptedFrom;
    private String mode;

    ChunkModes(PipelineSchema main, int mainNode, int nodes, ControlLog log) {
        this.main = main;
        this.mainNode = mainNode;
        this.log = log;
        supported = main.supportedModes();
        mode = main.defaultMode();
        latest = new Parameters[nodes];
        adapted = new Parameters[nodes];
        adaptedFrom = new Parameters[nodes];
    }

    /**
     * Looks what is in force now.
     *
     * @return offset of the newest control in it
     */
    long look() {
        long offset = log.look(latest);
        String wished = latest[mainNode].string(ParameterKeys.INPUT_MODE, main.defaultMode());
        String next = supported.contains(wished) ? wished : main.defaultMode();
        boolean changed = !next.equals(mode);
        mode = next;
        for (int i = 0; i < latest.length; i++) {
            if (changed || adaptedFrom[i] != latest[i]) {
                adaptedFrom[i] = latest[i];
                adapted[i] = inMode(latest[i]);
            }
        }
        return offset;
    }

    boolean text() {
        return TEXT.equals(mode);
    }

    Parameters parameters(int node) {
        return adapted[node];
    }

    private Parameters inMode(Parameters parameters) {
        if (mode.equals(parameters.values().get(ParameterKeys.INPUT_MODE))) {
            return parameters;
        }
        Map<String, Object> values = new LinkedHashMap<>(parameters.values());
        values.put(ParameterKeys.INPUT_MODE, mode);
        return new Parameters(Collections.unmodifiableMap(values));
    }
}
