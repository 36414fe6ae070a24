package dev.caravan.inference.bench.gpu;

import dev.caravan.inference.bench.FigureTable;
import dev.caravan.inference.bench.RandomWeights;
import dev.caravan.inference.checkpoint.ByteProgress;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.DerivedWeights;
import dev.caravan.inference.checkpoint.Float8;
import dev.caravan.inference.diffusion.AveragedSink;
import dev.caravan.inference.diffusion.CacheChange;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.ContextWindow;
import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.diffusion.MemoryBank;
import dev.caravan.inference.diffusion.RollingWindow;
import dev.caravan.inference.nn.Adapter;
import dev.caravan.inference.nn.LowRank;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.TransformerOptions;
import dev.caravan.inference.wan.TransformerWeights;
import dev.caravan.inference.wan.VaceModule;
import dev.caravan.inference.wan.VaceWeights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * In what the families differ, in the device's type against fp32 on the CPU, both on the same bf16 weights (spec models/parity.md §6). A
 * result must be nearer to the right one than half of what the feature in question changes: else it could be missing and nobody saw it.
 */
final class FamilyChecks {

    private static final double LEAST_COSINE = 0.999;
    private static final int WINDOW = 12;
    private static final int SINK = 3;
    private static final int BLOCKS = 3;
    /** Frames until a bank is full and was compressed. */
    private static final int BANK_FULL = 42;
    private static final int RANK = 32;
    /** Channels of a context: two latents and the mask of each pixel (spec models/vace.md §2). */
    private static final int CONTEXT = 96;
    private static final float STRENGTH = 0.8f;

    private FamilyChecks() {}

    /** Makes the result, with or without what is checked. */
    private interface Feature {
        float[] result(Device device, DType compute, boolean with) throws Exception;
    }

    private static String check(Rig rig, Feature feature) throws Exception {
        return check(rig, feature, 0.5);
    }

    /** @param share of what the feature changes that an error may have */
    private static String check(Rig rig, Feature feature, double share) throws Exception {
        float[] right = feature.result(rig.reference(), DType.F32, true);
        double change = Likeness.of(right, feature.result(rig.reference(), DType.F32, false)).relative();
        Likeness ours = Likeness.of(right, feature.result(rig.device(), rig.compute(), true));
        String numbers = ours.atLeast(LEAST_COSINE) + "; without it the result is another by " + FigureTable.number(100 * change) + " %";
        Check.require(ours.relative() < change * share, numbers);
        return numbers;
    }

    /** Krea: keys whose scores are lowered, and behind them rows of zeros that are seen. */
    static String biased(Rig rig) throws Exception {
        Weights weights = weights(rig);
        return check(rig, (device, compute, with) -> {
            try (PolicyStream stream = open(rig, device, weights, TransformerOptions.of(compute), new ContextWindow(SINK, PolicyStream.CHUNK))) {
                stream.state().setAttentionBias(with ? 0.3 : 1);
                stream.chunk(0);
                stream.recache(PolicyStream.CHUNK);
                return stream.flow(PolicyStream.CHUNK, stream.pass(PolicyStream.CHUNK));
            }
        });
    }

    /** Upstream's MemFlow: which blocks stay in a bank is found on the device. */
    static String bank(Rig rig) throws Exception {
        Weights weights = weights(rig);
        return check(rig, (device, compute, with) -> full(rig, device, weights, compute,
                with ? new MemoryBank(WINDOW, SINK, BLOCKS, false) : new RollingWindow(WINDOW, SINK)));
    }

    /** And each head chooses among them. */
    static String sparseBank(Rig rig) throws Exception {
        Weights weights = weights(rig);
        return check(rig, (device, compute, with) -> full(rig, device, weights, compute, new MemoryBank(WINDOW, SINK, BLOCKS, with)));
    }

    private static float[] full(Rig rig, Device device, Weights weights, DType compute, KvCachePolicy policy) {
        try (PolicyStream stream = open(rig, device, weights, TransformerOptions.of(compute), policy)) {
            for (int start = 0; start < BANK_FULL; start += PolicyStream.CHUNK) {
                stream.chunk(start);
            }
            return stream.flow(BANK_FULL, stream.pass(BANK_FULL));
        }
    }

    /** Reward Forcing: keys that are turned in each pass, and averages among slots, of which half is made here so that they are seen. */
    static String average(Rig rig) throws Exception {
        return average(rig, 0);
    }

    /** The same, with averages that are wider than the caches. */
    static String wideAverage(Rig rig) throws Exception {
        return average(rig, SINK);
    }

    private static String average(Rig rig, int wide) throws Exception {
        Weights weights = weights(rig);
        return check(rig, (device, compute, with) -> {
            TransformerOptions options = TransformerOptions.of(compute).withWideAverages(wide);
            try (PolicyStream stream = open(rig, device, weights, options, new AveragedSink(9, SINK))) {
                int start = 0;
                for (; start < 9; start += PolicyStream.CHUNK) {
                    stream.chunk(start);
                }
                CachePass pass = stream.pass(start);
                CacheChange.Average asPublished = (CacheChange.Average) pass.before().getFirst();
                CacheChange half = new CacheChange.Average(asPublished.from(), asPublished.to(), 0.5, true);
                return stream.flow(start, new CachePass(pass.queryPositions(), pass.writtenFrames(), pass.writtenSlots(), pass.attendedSlots(),
                        pass.view(), with ? List.of(half) : List.of(), pass.after()));
            }
        });
    }

    /** Matrices in eight bits, with a scale each. */
    static String float8(Rig rig) throws Exception {
        Checkpoint whole = LoudWeights.write(rig.file("family"), TransformerWeights.required(config(rig)));
        Checkpoint narrow = new DerivedWeights(rig.folder().resolve("fp8")).of("family", whole, Float8.each(), ByteProgress.NONE);
        return check(rig, (device, compute, with) -> {
            try (PolicyStream stream = open(rig, device, Weights.of(with ? narrow : whole), TransformerOptions.of(compute),
                    new RollingWindow(WINDOW, SINK))) {
                stream.chunk(0);
                return stream.flow(PolicyStream.CHUNK, stream.pass(PolicyStream.CHUNK));
            }
            // What eight bits change is little, and they cannot be missing where nothing else is stored.
        }, 1);
    }

    /** VACE: what guides a step comes from a session of its own. */
    static String hints(Rig rig) throws Exception {
        Weights weights = weights(rig);
        VaceModule module = new VaceModule(LoudWeights.weights(rig.file("vace"), VaceWeights.required(config(rig), 1)), List.of(0));
        LatentSize size = size(rig);
        Shape context = Shape.of(PolicyStream.CHUNK, CONTEXT, size.height(), size.width());
        return check(rig, (device, compute, with) -> {
            try (PolicyStream stream = open(rig, device, weights, TransformerOptions.of(compute).withVace(module),
                            new RollingWindow(WINDOW, SINK));
                    Tensor guide = device.of(DType.F32, context, PolicyStream.normals((int) context.elements(), 5))) {
                stream.chunk(0);
                stream.state().setVace(guide, with ? 1 : 0);
                return stream.flow(PolicyStream.CHUNK, stream.pass(PolicyStream.CHUNK));
            }
        });
    }

    /** Adapters that are added while it runs, with a strength that changes. */
    static String adapter(Rig rig) throws Exception {
        Weights weights = weights(rig);
        Map<String, Shape> pairs = new LinkedHashMap<>();
        Map<String, Shape> required = TransformerWeights.required(config(rig));
        List<String> layers = required.keySet().stream().filter(name -> name.startsWith("blocks.") && name.endsWith(".weight"))
                .filter(name -> required.get(name).rank() == 2).map(name -> name.replaceFirst("\\.weight$", "")).toList();
        for (String layer : layers) {
            Shape weight = required.get(layer + ".weight");
            pairs.put(layer + ".down", Shape.of(RANK, weight.dim(1)));
            pairs.put(layer + ".up", Shape.of(weight.dim(0), RANK));
        }
        Checkpoint file = RandomWeights.write(rig.file("adapter"), DType.BF16, pairs);
        Map<String, LowRank> ranks = new LinkedHashMap<>();
        for (String layer : layers) {
            ranks.put(layer, new LowRank(file.get(layer + ".down"), file.get(layer + ".up"), 1));
        }
        return check(rig, (device, compute, with) -> {
            TransformerOptions options = TransformerOptions.of(compute).withAdapters(List.of(new Adapter("style", STRENGTH / 2, ranks)));
            try (PolicyStream stream = open(rig, device, weights, options, new RollingWindow(WINDOW, SINK))) {
                stream.chunk(0);
                stream.state().setAdapterScales(Map.of("style", with ? (double) STRENGTH : 0));
                return stream.flow(PolicyStream.CHUNK, stream.pass(PolicyStream.CHUNK));
            }
        });
    }

    private static Weights weights(Rig rig) throws Exception {
        return LoudWeights.weights(rig.file("family"), TransformerWeights.required(config(rig)));
    }

    private static TransformerConfig config(Rig rig) {
        return rig.sizes().block();
    }

    private static LatentSize size(Rig rig) {
        return LatentSize.ofPictures(rig.sizes().height(), rig.sizes().width());
    }

    private static PolicyStream open(Rig rig, Device device, Weights weights, TransformerOptions options, KvCachePolicy policy) {
        return new PolicyStream(device, config(rig), size(rig), weights, options, policy);
    }
}
