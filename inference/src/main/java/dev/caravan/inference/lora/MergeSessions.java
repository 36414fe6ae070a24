package dev.caravan.inference.lora;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.SessionSettings;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code w [out,in], a [r,in], b [out,r] -> w + b·a} on a device: one small model per pair of element types, for all sizes. */
final class MergeSessions implements AutoCloseable {

    record Types(DType from, DType to) {}

    /** The factors are fp32 on every device, not rounded to fewer bits as CUDA may. */
    private static final SessionSettings EXACT = SessionSettings.DEFAULT.exactFp32();

    private final Device device;
    private final Map<Types, OrtSession> sessions = new HashMap<>();

    MergeSessions(Device device) {
        this.device = device;
    }

    /** The merged weight's bytes. */
    MemorySegment merge(StoredTensor weight, List<LoraMerge.Term> terms, DType to) throws CheckpointException {
        OrtSession session = sessions.computeIfAbsent(new Types(weight.dtype(), to), types -> device.load(model(types, device.provider()), EXACT));
        int out = Math.toIntExact(weight.shape().dim(0));
        int in = Math.toIntExact(weight.shape().dim(1));
        int rank = terms.stream().mapToInt(term -> term.pair().rank()).reduce(0, Math::addExact);
        float[] a = new float[Math.multiplyExact(rank, in)];
        float[] b = new float[Math.multiplyExact(out, rank)];
        sideBySide(terms, a, b, out, in, rank);
        try (Arena arena = Arena.ofConfined();
                Tensor w = device.zeros(weight.dtype(), weight.shape());
                Tensor down = device.of(DType.F32, Shape.of(rank, in), a);
                Tensor up = device.of(DType.F32, Shape.of(out, rank), b);
                Tensor merged = device.zeros(to, weight.shape());
                Binding binding = session.bind()) {
            w.write(Checkpoint.bytes(weight, arena));
            binding.input("w", w).input("a", down).input("b", up).output("merged", merged).run();
            return MemorySegment.ofArray(merged.bytes());
        }
    }

    /** Several adapters are one of higher rank: their A above each other, their B beside each other. */
    private static void sideBySide(List<LoraMerge.Term> terms, float[] a, float[] b, int out, int in, int rank)
            throws CheckpointException {
        int at = 0;
        for (LoraMerge.Term term : terms) {
            int own = term.pair().rank();
            System.arraycopy(term.pair().downNumbers(), 0, a, at * in, own * in);
            float[] up = term.pair().upNumbers();
            for (int row = 0; row < out; row++) {
                for (int column = 0; column < own; column++) {
                    b[row * rank + at + column] = term.scale() * up[row * own + column];
                }
            }
            at += own;
        }
    }

    static OnnxModel model(Types types, Provider provider) {
        Net net = new Net(new Graph("lora_merge"), Weights.NONE, DType.F32, provider);
        Value w = net.input("w", types.from(), Dim.named("out"), Dim.named("in"));
        Value a = net.input("a", DType.F32, Dim.named("rank"), Dim.named("in"));
        Value b = net.input("b", DType.F32, Dim.named("out"), Dim.named("rank"));
        Value delta = net.op("delta", Op.onnx("MatMul"), List.of(b, a));
        Value sum = net.add("sum", net.cast("wide", w, DType.F32), delta);
        net.graph().output("merged", net.cast("narrow", sum, types.to()), Dim.named("out"), Dim.named("in"));
        return net.build();
    }

    @Override
    public void close() {
        sessions.values().forEach(OrtSession::close);
        sessions.clear();
    }
}
