package dev.caravan.inference.ort;

import dev.caravan.inference.ort.OrtApi.Call;
import dev.caravan.inference.ort.OrtApi.Release;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a session on CUDA is created with. */
final class CudaSession {

    static final int DEVICE = 0;

    private CudaSession() {}

    /** Provider options, as {@code UpdateCUDAProviderOptions} takes them. */
    static Map<String, String> options(SessionSettings settings) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("device_id", Integer.toString(DEVICE));
        // Doubling instead would reserve up to twice what a model needs.
        options.put("arena_extend_strategy", "kSameAsRequested");
        // Trying every algorithm would hold up all sessions for seconds at each new shape.
        options.put("cudnn_conv_algo_search", "HEURISTIC");
        options.put("cudnn_conv_use_max_workspace", "1");
        // Otherwise the statistics of a norm behind an addition are taken in the tensor's narrow type.
        options.put("enable_skip_layer_norm_strict_mode", "1");
        options.put("use_tf32", settings.tf32() ? "1" : "0");
        options.put("enable_cuda_graph", settings.graphs() ? "1" : "0");
        return options;
    }

    /** Session configuration: no node may silently run on the CPU, and weights lie beside the arena that grows and shrinks. */
    static Map<String, String> configuration() {
        return Map.of("session.disable_cpu_ep_fallback", "1", "session.use_device_allocator_for_initializers", "1");
    }

    /** Adds the provider to the options of a session to be. */
    static void append(OrtApi api, MemorySegment sessionOptions, SessionSettings settings) {
        MemorySegment cuda = api.make(Call.CREATE_CUDA_OPTIONS);
        try (Arena arena = Arena.ofConfined()) {
            Map<String, String> options = options(settings);
            MemorySegment keys = arena.allocate(ValueLayout.ADDRESS, options.size());
            MemorySegment values = arena.allocate(ValueLayout.ADDRESS, options.size());
            int at = 0;
            for (Map.Entry<String, String> option : options.entrySet()) {
                keys.setAtIndex(ValueLayout.ADDRESS, at, arena.allocateFrom(option.getKey()));
                values.setAtIndex(ValueLayout.ADDRESS, at, arena.allocateFrom(option.getValue()));
                at++;
            }
            api.call(Call.UPDATE_CUDA_OPTIONS, cuda, keys, values, (long) options.size());
            api.call(Call.APPEND_CUDA, sessionOptions, cuda);
        } finally {
            api.release(Release.CUDA_OPTIONS, cuda);
        }
    }

    /**
     * Loads the provider, to see whether that works.
     *
     * @throws OrtException with ONNX Runtime's reason when not
     */
    static void probe(OrtApi api) {
        MemorySegment options = api.make(Call.CREATE_SESSION_OPTIONS);
        try {
            append(api, options, SessionSettings.DEFAULT);
        } finally {
            api.release(Release.SESSION_OPTIONS, options);
        }
    }
}
