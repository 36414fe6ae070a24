package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.checkpoint.Names;
import dev.caravan.inference.pipeline.Parameters;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads {@code lora_scales} (contract §2.6) of the sessions of one loaded model. Thread-safe. */
final class AdapterScales {

    private static final Logger LOG = LoggerFactory.getLogger(AdapterScales.class);
    private static final String KEY = "lora_scales";
    private static final double FURTHEST = 10;

    /** What an adapter that follows them may be called, to its name. */
    private final Map<String, String> names = new HashMap<>();
    /** Anybody may send other names in every message. */
    private final AtomicBoolean told = new AtomicBoolean();

    AdapterScales(List<AskedAdapter> adapters) {
        for (AskedAdapter adapter : adapters) {
            if (adapter.mode() == MergeMode.RUNTIME_PEFT) {
                adapter.names().forEach(name -> names.put(name, adapter.name()));
            }
        }
    }

    /** Whether any were sent for this chunk, be they of no effect. */
    boolean sent(Parameters parameters) {
        return parameters.get(KEY).isPresent();
    }

    /** By name of the adapter; those that no adapter follows are left out. */
    Map<String, Double> read(Parameters parameters) {
        Map<String, Double> scales = new LinkedHashMap<>();
        if (parameters.get(KEY).orElse(null) instanceof List<?> list) {
            for (Object entry : list) {
                if (entry instanceof Map<?, ?> map && map.get("path") instanceof String path
                        && map.get("scale") instanceof Number scale && Math.abs(scale.doubleValue()) <= FURTHEST) {
                    String name = names.get(path);
                    if (name != null) {
                        scales.put(name, scale.doubleValue());
                    } else if (!told.getAndSet(true)) {
                        LOG.info("{} names {}, which was not loaded with {}: ignored, as others will be",
                                KEY, Names.shown(path), MergeMode.RUNTIME_PEFT.wireName());
                    }
                }
            }
        }
        return scales;
    }
}
