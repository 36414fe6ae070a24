package dev.caravan.inference.ort;

import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.ort.OrtApi.Call;
import dev.caravan.inference.ort.OrtApi.Release;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A model loaded on a device: read-only, shared by everybody who makes a {@link Binding} to it. */
public final class OrtSession implements AutoCloseable {

    private static final int ALL_OPTIMIZATIONS = 99;

    private final Device device;
    private final String name;
    private final MemorySegment session;
    private final List<String> inputs;
    private final List<String> outputs;
    private boolean closed;

    OrtSession(Device device, OnnxModel model, int threads) {
        this.device = device;
        this.name = model.name();
        OrtApi api = device.api();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment options = api.make(Call.CREATE_SESSION_OPTIONS);
            try {
                api.call(Call.SET_INTRA_OP_THREADS, options, threads);
                api.call(Call.SET_GRAPH_OPTIMIZATION_LEVEL, options, ALL_OPTIMIZATIONS);
                // Threads that wait for work by spinning would take the cores from those who move frames.
                config(arena, options, "session.intra_op.allow_spinning", "0");
                model.weightsFolder().ifPresent(folder ->
                        config(arena, options, "session.model_external_initializers_file_folder_path", folder.toString()));
                MemorySegment bytes = arena.allocate(model.bytes().length).copyFrom(MemorySegment.ofArray(model.bytes()));
                session = api.make(Call.CREATE_SESSION_FROM_ARRAY, device.runtime().env(), bytes, bytes.byteSize(), options);
            } finally {
                api.release(Release.SESSION_OPTIONS, options);
            }
        }
        inputs = names(Call.SESSION_INPUT_COUNT, Call.SESSION_INPUT_NAME);
        outputs = names(Call.SESSION_OUTPUT_COUNT, Call.SESSION_OUTPUT_NAME);
    }

    public List<String> inputs() {
        return inputs;
    }

    public List<String> outputs() {
        return outputs;
    }

    /** A new set of ties between tensors and this session's inputs and outputs. */
    public Binding bind() {
        return device.call(() -> new Binding(this));
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

    private List<String> names(Call count, Call nameOf) {
        OrtApi api = device.api();
        MemorySegment allocator = api.make(Call.DEFAULT_ALLOCATOR);
        List<String> names = new ArrayList<>();
        for (long i = 0; i < api.count(count, session); i++) {
            MemorySegment text = api.make(nameOf, session, i, allocator);
            names.add(OrtApi.text(text));
            api.call(Call.ALLOCATOR_FREE, allocator, text);
        }
        return List.copyOf(names);
    }

    private void config(Arena arena, MemorySegment options, String key, String value) {
        device.api().call(Call.ADD_SESSION_CONFIG, options, arena.allocateFrom(key), arena.allocateFrom(value));
    }

    @Override
    public void close() {
        device.call(() -> {
            if (!closed) {
                closed = true;
                device.api().release(Release.SESSION, session);
            }
            return null;
        });
    }
}
