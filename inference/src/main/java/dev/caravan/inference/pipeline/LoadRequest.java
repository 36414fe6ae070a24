package dev.caravan.inference.pipeline;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What to load with.
 *
 * @param parameters   the caller's load parameters, unknown keys included ({@code height}, {@code width}, {@code base_seed}, ...);
 *                     values may be null
 * @param modelsFolder root of the model files
 * @param adapters     where adapters lie that parameters may name
 */
public record LoadRequest(Map<String, Object> parameters, Path modelsFolder, AdapterFolders adapters) {

    public LoadRequest {
        // Not Map.copyOf: clients send nulls ("quantization": null).
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }

    /** With adapters where they are by default, below the models folder. */
    public LoadRequest(Map<String, Object> parameters, Path modelsFolder) {
        this(parameters, modelsFolder, AdapterFolders.below(modelsFolder));
    }
}
