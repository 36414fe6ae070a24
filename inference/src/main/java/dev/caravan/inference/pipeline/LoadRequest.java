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
 */
public record LoadRequest(Map<String, Object> parameters, Path modelsFolder) {

    public LoadRequest {
        // Not Map.copyOf: clients send nulls ("quantization": null).
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
    }
}
