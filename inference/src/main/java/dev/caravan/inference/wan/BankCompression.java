package dev.caravan.inference.wan;

import dev.caravan.inference.diffusion.CacheChange;
import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Selection;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Makes room in a full memory bank (spec causal-wan.md §4.4), layer by layer, where the caches lie. A block's score is the mean over
 * heads, its tokens and the prompt's rows of their keys' products, so the product of two mean keys; what they are divided by changes no
 * order. The model is shared by all streams.
 */
final class BankCompression implements AutoCloseable {

    /** Of the blocks of a bank. */
    private static final int KEPT = 2;
    private static final String TEXT = "text_k";
    private static final String BANK = "bank";
    private static final String NEWER = "newer";
    private static final List<String> CACHES = List.of("cache_k", "cache_v");
    private static final String UPDATED = ".updated";

    private final OrtSession session;

    BankCompression(Device device, DType compute) {
        session = device.load(graph(compute, device.provider()));
    }

    /**
     * {@code text_k [1,T,D]}, {@code bank [3]} and {@code newer [1]}, which are slots, and both caches {@code [slots,f,D]}, updated in
     * place: nothing is written before all that is read of them was copied.
     */
    static OnnxModel graph(DType compute, Provider provider) {
        Net net = new Net(new Graph("bank-compression"), Weights.NONE, compute, provider);
        Dim[] cacheShape = {Dim.named("slots"), Dim.named("f"), Dim.named("D")};
        Value text = net.input(TEXT, compute, Dim.of(1), Dim.named("T"), Dim.named("D"));
        Value bank = net.input(BANK, DType.I64, Dim.of(KEPT + 1));
        Value newer = net.input(NEWER, DType.I64, Dim.of(1));
        List<Value> caches = CACHES.stream().map(name -> net.input(name, compute, cacheShape)).toList();
        Value best = Selection.best(net, BANK, net.gather("bank.keys", caches.getFirst(), bank), text, 1, KEPT);
        Value kept = net.gather("kept", bank, net.reshape("best", best, KEPT));
        Value from = net.concat("from", 0, kept, newer);
        Value to = net.reshape("to", bank, -1, 1);
        for (int i = 0; i < caches.size(); i++) {
            String name = CACHES.get(i) + UPDATED;
            Value updated = net.scatter(name, caches.get(i), to, net.gather(CACHES.get(i) + ".from", caches.get(i), from));
            net.graph().output(name, updated, cacheShape);
        }
        return net.build();
    }

    /** For the caches of one stream, of each block of the network; what it makes belongs to the pool. */
    Stream open(TensorPool pool, List<Tensor> keys, List<Tensor> values, List<Tensor> textKeys) {
        Tensor bank = pool.zeros(DType.I64, Shape.of(KEPT + 1));
        Tensor newer = pool.zeros(DType.I64, Shape.of(1));
        List<Binding> bindings = new ArrayList<>();
        for (int layer = 0; layer < keys.size(); layer++) {
            Binding binding = pool.own(session.bind()).input(TEXT, textKeys.get(layer)).input(BANK, bank).input(NEWER, newer);
            bindings.add(binding.inPlace(CACHES.get(0), CACHES.get(0) + UPDATED, keys.get(layer))
                    .inPlace(CACHES.get(1), CACHES.get(1) + UPDATED, values.get(layer)));
        }
        return new Stream(bank, newer, bindings);
    }

    /** That of one stream. */
    record Stream(Tensor bank, Tensor newer, List<Binding> bindings) {

        void run(CacheChange.Compress change) {
            bank.write(MemorySegment.ofArray(change.bank().stream().mapToLong(Integer::longValue).toArray()));
            newer.write(MemorySegment.ofArray(LongStream.of(change.newer()).toArray()));
            bindings.forEach(Binding::run);
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
