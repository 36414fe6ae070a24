package dev.caravan.inference.checkpoint;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Narrow;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the weights of linear layers in eight bits, type e4m3, with one scale per matrix: {@code s = max|W| / 448}, {@code W8 = W / s}
 * rounded to nearest, ties to even (spec causal-wan.md §6). The scale stands beside as {@code <weight>_scale}; a network multiplies by it.
 * All other tensors stay as they are: convolutions, biases, norms, modulation.
 *
 * @param sharing matrices that have one scale together get the same name by it; the largest of them decides
 */
public record Float8(UnaryOperator<String> sharing) implements Recipe {

    /** Added to the name of a matrix. */
    public static final String SCALE = "_scale";

    private static final float LARGEST = 448;
    /** Elements that are converted at once. */
    private static final int PIECE = 1 << 20;

    /** A scale for each matrix. */
    public static Float8 each() {
        return new Float8(UnaryOperator.identity());
    }

    @Override
    public List<String> ingredients() {
        return List.of("float8 1");
    }

    @Override
    public List<NewTensor> changed(Checkpoint source) {
        Map<String, Group> groups = new LinkedHashMap<>();
        for (StoredTensor tensor : source.tensors().values()) {
            if (isLinear(tensor)) {
                groups.computeIfAbsent(sharing.apply(tensor.name()), name -> new Group()).members.add(tensor);
            }
        }
        List<NewTensor> changed = new ArrayList<>();
        for (Group group : groups.values()) {
            for (StoredTensor tensor : group.members) {
                changed.add(new NewTensor(tensor.name() + SCALE, DType.F32, Shape.of(1),
                        sink -> sink.write(MemorySegment.ofArray(new float[] {group.scale()}))));
                changed.add(new NewTensor(tensor.name(), DType.F8_E4M3, tensor.shape(), sink -> write(tensor, group.scale(), sink)));
            }
        }
        return changed;
    }

    private static boolean isLinear(StoredTensor tensor) {
        return tensor.name().endsWith(".weight") && tensor.shape().rank() == 2
                && (tensor.dtype() == DType.F32 || tensor.dtype() == DType.BF16 || tensor.dtype() == DType.F16);
    }

    /** Matrices with one scale, which is found when it is needed first: it takes reading them all. */
    private static final class Group {

        private final List<StoredTensor> members = new ArrayList<>();
        private @Nullable Float scale;

        float scale() throws CheckpointException, IOException {
            if (scale == null) {
                float[] largest = new float[1];
                for (StoredTensor tensor : members) {
                    inPieces(tensor, piece -> {
                        for (float value : piece) {
                            largest[0] = Math.max(largest[0], Math.abs(value));
                        }
                    });
                    if (!Float.isFinite(largest[0])) {
                        throw new CheckpointException(tensor.file().getFileName() + ": " + tensor.name()
                                + " has numbers that are none and cannot be quantized: download the file again");
                    }
                }
                // A matrix of zeros stays one.
                scale = largest[0] == 0 ? 1 : largest[0] / LARGEST;
            }
            return scale;
        }
    }

    private static void write(StoredTensor tensor, float scale, NewTensor.Sink sink) throws CheckpointException, IOException {
        inPieces(tensor, piece -> {
            byte[] bits = new byte[piece.length];
            for (int i = 0; i < bits.length; i++) {
                bits[i] = Narrow.toE4m3(piece[i] / scale);
            }
            sink.write(MemorySegment.ofArray(bits));
        });
    }

    private interface Pieces {
        void take(float[] piece) throws IOException;
    }

    private static void inPieces(StoredTensor tensor, Pieces pieces) throws CheckpointException, IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = TensorBytes.rowMajor(tensor, arena);
            long length = (long) PIECE * tensor.dtype().bytes();
            for (long at = 0; at < bytes.byteSize(); at += length) {
                pieces.take(TensorBytes.floats(tensor.dtype(), bytes.asSlice(at, Math.min(length, bytes.byteSize() - at))));
            }
        }
    }
}
