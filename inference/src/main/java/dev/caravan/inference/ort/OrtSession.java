package dev.caravan.inference.ort;

import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.ort.OrtApi.Call;
import dev.caravan.inference.ort.OrtApi.Release;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A model loaded on a device: read-only, shared by everybody who makes a {@link Binding} to it. */
public final class OrtSession implements AutoCloseable {

    private static final int ALL_OPTIMIZATIONS = 99;

    private final Device device;
    private final String name;
    private final SessionSettings settings;
    private final MemorySegment session;
    private final Arena names = Arena.ofShared();
    private final Map<String, MemorySegment> inputs;
    private final Map<String, MemorySegment> outputs;
    /** Those not closed yet; on the device's thread only. */
    private final Set<Binding> bindings = Collections.newSetFromMap(new IdentityHashMap<>());
    private int lastGraph;
    private boolean closed;

    OrtSession(Device device, OnnxModel model, SessionSettings settings, int threads) {
        this.device = device;
        this.name = model.name();
        this.settings = settings;
        OrtApi api = device.api();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment options = api.make(Call.CREATE_SESSION_OPTIONS);
            try {
                configure(options, arena, model, threads);
                MemorySegment bytes = arena.allocate(model.bytes().length).copyFrom(MemorySegment.ofArray(model.bytes()));
                session = api.make(Call.CREATE_SESSION_FROM_ARRAY, device.runtime().env(), bytes, bytes.byteSize(), options);
            } finally {
                api.release(Release.SESSION_OPTIONS, options);
            }
        }
        inputs = names(Call.SESSION_INPUT_COUNT, Call.SESSION_INPUT_NAME);
        outputs = names(Call.SESSION_OUTPUT_COUNT, Call.SESSION_OUTPUT_NAME);
        device.opened(0, 1, 0);
    }

    private void configure(MemorySegment options, Arena arena, OnnxModel model, int threads) {
        OrtApi api = device.api();
        api.call(Call.SET_INTRA_OP_THREADS, options, threads);
        api.call(Call.SET_GRAPH_OPTIMIZATION_LEVEL, options, ALL_OPTIMIZATIONS);
        Map<String, String> config = new LinkedHashMap<>();
        // Threads that wait for work by spinning would take the cores from those who move frames.
        config.put("session.intra_op.allow_spinning", "0");
        model.weightsFolder().ifPresent(folder ->
                config.put("session.model_external_initializers_file_folder_path", folder.toString()));
        if (!settings.fold()) {
            config.put("optimization.disable_specified_optimizers", "ConstantFolding");
        }
        if (!settings.arena() && device.provider() == Provider.CPU) {
            api.call(Call.DISABLE_CPU_ARENA, options);
        }
        if (device.provider() == Provider.CUDA) {
            config.putAll(CudaSession.configuration());
            CudaSession.append(api, options, settings);
        }
        config.forEach((key, value) -> api.call(Call.ADD_SESSION_CONFIG, options, arena.allocateFrom(key), arena.allocateFrom(value)));
    }

    public List<String> inputs() {
        return List.copyOf(inputs.keySet());
    }

    public List<String> outputs() {
        return List.copyOf(outputs.keySet());
    }

    /** A new set of ties between tensors and this session's inputs and outputs. */
    public Binding bind() {
        return device.call(() -> {
            Binding binding = new Binding(this);
            bindings.add(binding);
            return binding;
        });
    }

    Device device() {
        return device;
    }

    MemorySegment pointer() {
        if (closed) {
            throw new IllegalStateException("the session " + name + " is closed");
        }
        return session;
    }

    /** The name of an input as the library wants it; null when there is none of that name. */
    @Nullable MemorySegment input(String input) {
        return inputs.get(input);
    }

    @Nullable MemorySegment output(String output) {
        return outputs.get(output);
    }

    /** Whether runs can be recorded. */
    boolean capturesGraphs() {
        return settings.graphs() && device.provider() == Provider.CUDA;
    }

    /** A number no recorded run of this session has; 0 is ONNX Runtime's own. */
    int nextGraph() {
        return ++lastGraph;
    }

    void forget(Binding binding) {
        bindings.remove(binding);
    }

    private Map<String, MemorySegment> names(Call count, Call nameOf) {
        OrtApi api = device.api();
        MemorySegment allocator = api.make(Call.DEFAULT_ALLOCATOR);
        Map<String, MemorySegment> found = new LinkedHashMap<>();
        for (long i = 0; i < api.count(count, session); i++) {
            MemorySegment text = api.make(nameOf, session, i, allocator);
            String port = OrtApi.text(text);
            found.put(port, names.allocateFrom(port));
            api.call(Call.ALLOCATOR_FREE, allocator, text);
        }
        return found;
    }

    /** Ends it and its bindings. Harmless when called twice. */
    @Override
    public void close() {
        device.call(() -> {
            if (!closed) {
                List.copyOf(bindings).forEach(Binding::close);
                closed = true;
                device.api().release(Release.SESSION, session);
                device.opened(0, -1, 0);
                names.close();
            }
            return null;
        });
    }
}
