package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Net;
import dev.caravan.inference.nn.Selection;
import dev.caravan.inference.onnx.Dim;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Keys are kept as in a {@link RotatedKeyCache}, but each head sees only those three memory blocks whose mean key is most like the mean
 * of its queries, and the window (spec causal-wan.md §4.4, SMA).
 *
 * <pre>
 * q [1,S,D], keys of memory blocks [M,f,D] -> best three of each head [3,N] -> their slots --+-> slots seen [3+W,N]
 *                                                       slots of the window, by head [W,N] --+
 * slots seen, f tokens of each -> rows of d numbers of the caches [(3+W)·f·N] -> keys and values [1,(3+W)·f,D]
 * </pre>
 *
 * A cache is read as rows of one head of one token, so that what differs between heads is gathered at once, and lies as attention wants it.
 */
final class SparseBankKeyCache implements SelfAttention {

    static final String MEMORY_SLOTS = "memory_slots";
    static final String WINDOW_SLOTS = "window_slots";
    /** How many memory blocks a head sees, and the fewest there may be: those of the sink. */
    static final int SEEN = 3;

    private final Net net;
    private final TransformerConfig config;
    private final Probe probe;
    private final int tokens;
    private final CacheParts parts;
    private final RotatedKeyCache cache;
    private final Value memorySlots;
    private final Value windowSlots;
    private final Value rowsInSlot;

    SparseBankKeyCache(Net net, TransformerConfig config, LatentSize size, Probe probe) {
        this.net = net;
        this.config = config;
        this.probe = probe;
        tokens = size.tokens();
        parts = new CacheParts(net, config, size);
        cache = new RotatedKeyCache(net, config, size, probe);
        memorySlots = net.input(MEMORY_SLOTS, DType.I64, Dim.named("memory_blocks"));
        windowSlots = net.input(WINDOW_SLOTS, DType.I64, Dim.named("window_slots"), Dim.of(config.heads()));
        Shape rows = Shape.of(1, tokens, config.heads());
        rowsInSlot = net.graph().constant("rows_in_slot", DType.I64, rows, numbersTo((int) rows.elements()));
    }

    private static byte[] numbersTo(int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            bytes.putLong(i);
        }
        return bytes.array();
    }

    @Override
    public Value attend(int layer, Value x) {
        String path = CacheParts.path(layer);
        RotatedKeyCache.Updated updated = cache.update(layer, x);
        Value memory = net.gather(path + ".memory", updated.keys(), memorySlots);
        Value best = Selection.best(net, path + ".memory", memory, updated.queries(), config.heads(), SEEN);
        probe.see(net, "memory" + layer, best);
        Value slots = net.concat(path + ".slots", 0, net.gather(path + ".memory_slots", memorySlots, best), windowSlots);
        Value firstRows = net.mul(path + ".first_rows", slots, net.ints((long) tokens * config.heads()));
        Value rows = net.add(path + ".rows", net.reshape(path + ".by_slot", firstRows, -1, 1, config.heads()), rowsInSlot);
        Value keys = rows(path + ".keys", updated.keys(), rows);
        Value values = rows(path + ".values", updated.values(), rows);
        return parts.seen(path, updated.queries(), keys, values);
    }

    /** {@code cache [slots,f,D], rows [n,f,N] -> [n,f,N,d]}. */
    private Value rows(String path, Value slots, Value rows) {
        return net.gather(path + ".seen", net.reshape(path + ".rows", slots, -1, config.headDim()), rows);
    }
}
