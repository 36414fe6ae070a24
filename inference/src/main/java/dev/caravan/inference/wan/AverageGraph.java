package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;

/**
 * Averages some slots of one cache into others, in place: {@code to = keep · to + rest · from} (spec causal-wan.md §4.3).
 *
 * <p>As published, each product and the sum is rounded to the type of the cache, so that of a thousandth next to nothing arrives in bf16.
 * Wide averages are F32 numbers from one time to the next: what is rounded away when they are stored is kept and added again.
 */
final class AverageGraph {

    /** Inputs and outputs by name. */
    static final String CACHE = "cache";
    static final String CACHE_UPDATED = "cache.updated";
    static final String FROM = "from";
    static final String TO = "to";
    static final String WRITTEN_SLOTS = "written_slots";
    static final String KEEP = "keep";
    static final String REST = "rest";
    static final String LOST = "lost";
    static final String LOST_UPDATED = "lost.updated";

    private AverageGraph() {}

    /**
     * {@code cache [slots,f,D] -> cache.updated}, alike, of the type {@code cache}. {@code from [n]}, {@code to [n]} and {@code
     * written_slots [n,1]}, which are {@code to} once more, are slots; {@code keep [1]} and {@code rest [1]} are shares, F32. Wide ones
     * have {@code lost [n,f,D] -> lost.updated} F32 besides.
     */
    static OnnxModel of(TransformerConfig config, LatentSize size, DType cache, boolean wide, Provider provider) {
        Net net = new Net(new Graph("wan.cache.average"), Weights.NONE, cache, provider);
        Dim averaged = Dim.named("averaged");
        Dim[] slots = {Dim.named("slots"), Dim.of(size.tokens()), Dim.of(config.dim())};
        Value all = net.input(CACHE, cache, slots);
        Value from = net.cast("from.f32", net.gather("from.slots", all, net.input(FROM, DType.I64, averaged)), DType.F32);
        Value to = net.cast("to.f32", net.gather("to.slots", all, net.input(TO, DType.I64, averaged)), DType.F32);
        Value keep = net.input(KEEP, DType.F32, Dim.of(1));
        Value rest = net.input(REST, DType.F32, Dim.of(1));
        Value average = wide
                ? wide(net, from, to, keep, rest, averaged, slots)
                : net.add("average", rounded(net, "kept", to, keep), rounded(net, "added", from, rest));
        Value written = net.input(WRITTEN_SLOTS, DType.I64, averaged, Dim.of(1));
        net.graph().output(CACHE_UPDATED, net.scatter(CACHE_UPDATED, all, written, net.cast("average.stored", average, cache)), slots);
        return net.build();
    }

    /** A product as the cache's type has it. The sum of two such is made in F32 and rounded too: the same as one made in their type. */
    private static Value rounded(Net net, String path, Value x, Value share) {
        Value product = net.mul(path, x, share);
        return net.cast(path + ".wide", net.cast(path + ".rounded", product, net.compute()), DType.F32);
    }

    private static Value wide(Net net, Value from, Value to, Value keep, Value rest, Dim averaged, Dim[] slots) {
        Dim[] shape = {averaged, slots[1], slots[2]};
        Value exact = net.add("to.exact", to, net.input(LOST, DType.F32, shape));
        Value average = net.add("average", net.mul("kept", exact, keep), net.mul("added", from, rest));
        Value stored = net.cast("average.wide", net.cast("average.rounded", average, net.compute()), DType.F32);
        net.graph().output(LOST_UPDATED, net.sub(LOST_UPDATED, average, stored), shape);
        return average;
    }
}
