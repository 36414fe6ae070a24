package dev.caravan.inference.ort;

import dev.caravan.inference.ort.OrtApi.Call;
import dev.caravan.inference.ort.OrtApi.Release;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Tensors tied to the inputs and outputs of a session. The same tensor may be an input and an output: the session then updates it in
 * place. Not thread-safe: one stream owns it.
 *
 * <p><b>Recorded runs.</b> A GPU can replay the work of a run without being told each step again, which a model of many small steps
 * gains from. {@link #captured} asks for it. It pays for a binding whose tensors stay the same for many runs: tie those of another shape
 * in a binding of their own. The first run records, for which ONNX Runtime executes the model more than once: an output that is an input
 * too must not mind (writing the same rows of a cache twice does not, adding to itself does).
 */
public final class Binding implements AutoCloseable {

    private static final int NO_GRAPH = -1;
    private static final int INVALID_ARGUMENT = 2;
    private static final String IN = "in ";
    private static final String OUT = "out ";

    private final OrtSession session;
    private final MemorySegment binding;
    private final List<String> ties = new ArrayList<>();
    /** Tensor of each tie: held so that it is not collected, and looked at before each run. */
    private final List<Tensor> tensors = new ArrayList<>();
    /** Made once: a run leaves next to nothing on the heap. */
    private final Callable<@Nullable Void> running = this::runNow;

    private MemorySegment runOptions;
    private int graph = NO_GRAPH;
    private boolean recorded;
    private boolean complete;
    private boolean closed;

    /** On the device's thread. */
    Binding(OrtSession session) {
        this.session = session;
        binding = session.device().api().make(Call.CREATE_IO_BINDING, session.pointer());
        runOptions = options();
        complete = session.inputs().isEmpty();
        session.device().opened(0, 0, 1);
    }

    /** Ties a tensor to an input. */
    public Binding input(String name, Tensor tensor) {
        return tie(Call.BIND_INPUT, session.input(name), name, tensor);
    }

    /** Ties a tensor to an output, which is written there. */
    public Binding output(String name, Tensor tensor) {
        return tie(Call.BIND_OUTPUT, session.output(name), name, tensor);
    }

    /** Ties a tensor that is updated in place. */
    public Binding inPlace(String input, String output, Tensor tensor) {
        return input(input, tensor).output(output, tensor);
    }

    /**
     * Lets a GPU record the next run and replay it from then on, when the session was loaded {@linkplain SessionSettings#withGraphs with
     * graphs}; on the CPU nothing changes. Tying another tensor afterwards makes the next run record anew.
     */
    public Binding captured() {
        session.device().call(() -> {
            if (session.capturesGraphs() && graph == NO_GRAPH) {
                renew(session.nextGraph());
            }
            return null;
        });
        return this;
    }

    private Binding tie(Call call, @Nullable MemorySegment port, String name, Tensor tensor) {
        if (port == null) {
            throw new IllegalArgumentException("the model has no " + name + "; it has " + session.inputs() + " and " + session.outputs());
        }
        if (tensor.device() != session.device()) {
            throw new IllegalArgumentException(name + " is on another device");
        }
        session.device().call(() -> {
            requireOpen();
            session.pointer();
            session.device().api().bind(call, binding, port, tensor.value());
            remember((call == Call.BIND_INPUT ? IN : OUT) + name, tensor);
            return null;
        });
        return this;
    }

    private void remember(String tie, Tensor tensor) {
        int at = ties.indexOf(tie);
        if (at < 0) {
            ties.add(tie);
            tensors.add(tensor);
            complete = session.inputs().stream().allMatch(input -> ties.contains(IN + input));
        } else if (tensors.set(at, tensor) == tensor) {
            return;
        }
        if (recorded) {
            renew(session.nextGraph());
        }
    }

    /**
     * Runs the session once on what is tied, and waits for it.
     *
     * @throws OrtException          when the run failed, for example for lack of memory; tensors it writes then hold anything
     * @throws IllegalStateException when the session or a tied tensor was closed
     */
    public void run() {
        session.device().call(running);
    }

    private @Nullable Void runNow() {
        requireOpen();
        if (!complete) {
            // The library would find out in the middle of the run, in a kernel that may not look.
            throw new OrtException(INVALID_ARGUMENT,
                    "not every input is tied to a tensor: there are " + session.inputs() + ", tied are " + ties);
        }
        for (int i = 0; i < tensors.size(); i++) {
            tensors.get(i).requireOpen();
        }
        session.device().api().run(session.pointer(), runOptions, binding);
        recorded = graph != NO_GRAPH;
        return null;
    }

    private MemorySegment options() {
        OrtApi api = session.device().api();
        MemorySegment options = api.make(Call.CREATE_RUN_OPTIONS);
        if (session.capturesGraphs()) {
            try (Arena arena = Arena.ofConfined()) {
                api.call(Call.ADD_RUN_CONFIG, options, arena.allocateFrom("gpu_graph_id"), arena.allocateFrom(Integer.toString(graph)));
            }
        }
        return options;
    }

    /** Runs by another graph id from now on; what was recorded under the one before is freed. */
    private void renew(int id) {
        OrtApi api = session.device().api();
        dropGraph();
        graph = id;
        MemorySegment old = runOptions;
        runOptions = options();
        api.release(Release.RUN_OPTIONS, old);
    }

    private void dropGraph() {
        if (recorded) {
            recorded = false;
            session.device().api().releaseCapturedGraph(session.pointer(), graph);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the binding is closed");
        }
    }

    /** Harmless when called twice. */
    @Override
    public void close() {
        session.device().call(() -> {
            if (!closed) {
                closed = true;
                dropGraph();
                session.forget(this);
                session.device().api().release(Release.IO_BINDING, binding);
                session.device().api().release(Release.RUN_OPTIONS, runOptions);
                session.device().opened(0, 0, -1);
            }
            return null;
        });
    }
}
