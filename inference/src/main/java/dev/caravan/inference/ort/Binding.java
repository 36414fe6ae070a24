package dev.caravan.inference.ort;

import dev.caravan.inference.ort.OrtApi.Call;
import dev.caravan.inference.ort.OrtApi.Release;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tensors tied to the inputs and outputs of a session. The same tensor may be an input and an output: the session then updates it in
 * place. Not thread-safe: one stream owns it.
 */
public final class Binding implements AutoCloseable {

    private final OrtSession session;
    private final MemorySegment binding;
    private final MemorySegment runOptions;
    /** Held so that no bound tensor is collected or closed unseen. */
    private final Map<String, Tensor> bound = new LinkedHashMap<>();
    private boolean closed;

    Binding(OrtSession session) {
        this.session = session;
        OrtApi api = session.device().api();
        binding = api.make(Call.CREATE_IO_BINDING, session.pointer());
        runOptions = api.make(Call.CREATE_RUN_OPTIONS);
    }

    /** Ties a tensor to an input. */
    public Binding input(String name, Tensor tensor) {
        return tie(Call.BIND_INPUT, session.inputs().contains(name), name, tensor);
    }

    /** Ties a tensor to an output, which is written there. */
    public Binding output(String name, Tensor tensor) {
        return tie(Call.BIND_OUTPUT, session.outputs().contains(name), name, tensor);
    }

    /** Ties a tensor that is updated in place. */
    public Binding inPlace(String input, String output, Tensor tensor) {
        return input(input, tensor).output(output, tensor);
    }

    private Binding tie(Call call, boolean known, String name, Tensor tensor) {
        if (!known) {
            throw new IllegalArgumentException("the model has no " + name + "; it has " + session.inputs() + " and " + session.outputs());
        }
        session.device().call(() -> {
            try (Arena arena = Arena.ofConfined()) {
                session.device().api().call(call, binding, arena.allocateFrom(name), tensor.value());
            }
            bound.put(call + name, tensor);
            return null;
        });
        return this;
    }

    /**
     * Runs the session once on what is tied, and waits for it.
     *
     * @throws OrtException when the run failed, for example for lack of memory; tensors it writes then hold anything
     */
    public void run() {
        session.device().call(() -> {
            session.device().api().run(session.pointer(), runOptions, binding);
            return null;
        });
    }

    @Override
    public void close() {
        session.device().call(() -> {
            if (!closed) {
                closed = true;
                session.device().api().release(Release.IO_BINDING, binding);
                session.device().api().release(Release.RUN_OPTIONS, runOptions);
            }
            return null;
        });
    }
}
