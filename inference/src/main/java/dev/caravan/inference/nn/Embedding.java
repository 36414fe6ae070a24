package dev.caravan.inference.nn;

import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.onnx.Attribute;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import java.util.List;

/** Rows of a table, looked up by number. */
public final class Embedding {

    private Embedding() {}

    /**
     * {@code ids i64 [n] -> [n,D]} in the computed type; weight {@code path.weight [V,D]}. Only the rows found are cast: a table is larger
     * than anything else in a network.
     */
    public static Value rows(Net net, String path, Value ids) {
        String name = path + ".weight";
        StoredTensor stored = net.weights().get(name);
        Value table = switch (stored.dtype()) {
            case F32, F16, BF16 -> net.graph().external(name, stored.dtype(), stored.shape(), stored.file(), stored.offset());
            // Nobody looks rows up in fp8.
            default -> net.weight(name);
        };
        return net.cast(path, lookUp(net, path, table, ids, 0), net.compute());
    }

    /**
     * Entries along one axis, in the place of which stand the axes of {@code ids}: {@code table [A,B,C], ids [n,m], axis 2 -> [A,B,n,m]}.
     */
    public static Value lookUp(Net net, String path, Value table, Value ids, int axis) {
        return net.op(path, Op.onnx("Gather"), List.of(table, ids), Attribute.of("axis", axis));
    }
}
