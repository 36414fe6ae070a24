package dev.caravan.inference.lora;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.Conversion;
import dev.caravan.inference.checkpoint.Fingerprint;
import dev.caravan.inference.checkpoint.NewTensor;
import dev.caravan.inference.checkpoint.Recipe;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Merges adapters into a model's weights: {@code W' = W + Σ strength · scale · B·A}, computed in fp32 and rounded once, to nearest, ties
 * to even (spec lora.md §1). Weights no adapter speaks of are only converted.
 *
 * <p>Closed after the weights were written; not thread-safe.
 */
public final class LoraMerge implements Recipe, AutoCloseable {

    /** In a matrix of all adapters of one weight: 1 GB. */
    private static final long MOST_NUMBERS = 1L << 28;

    /**
     * An adapter and how much of it.
     *
     * @param strength 1 as it was trained, 0 not at all; may be negative
     */
    public record Applied(LoraAdapter adapter, float strength) {}

    /** One summand of a weight's change. */
    record Term(LoraPair pair, float scale) {}

    private final List<Applied> adapters;
    private final Conversion conversion;
    private final MergeSessions sessions;

    /**
     * @param device multiplies the matrices
     * @param floats element type of the result, F32, BF16 or F16; empty for that of the model's file
     */
    public LoraMerge(Device device, List<Applied> adapters, Optional<DType> floats) {
        this.adapters = List.copyOf(adapters);
        this.conversion = new Conversion(floats);
        this.sessions = new MergeSessions(device);
    }

    @Override
    public List<String> ingredients() throws CheckpointException {
        List<String> ingredients = new ArrayList<>(conversion.ingredients());
        ingredients.add("lora merge 1");
        for (Applied applied : adapters) {
            ingredients.add(Fingerprint.of(applied.adapter().file()) + " " + applied.strength());
        }
        return ingredients;
    }

    @Override
    public List<NewTensor> changed(Checkpoint source) throws CheckpointException {
        Map<String, List<Term>> terms = new LinkedHashMap<>();
        for (Applied applied : adapters) {
            if (applied.strength() == 0) {
                continue;
            }
            for (LoraPair pair : applied.adapter().fitting(source)) {
                terms.computeIfAbsent(pair.weight(), weight -> new ArrayList<>()).add(new Term(pair, pair.scale() * applied.strength()));
            }
        }
        List<NewTensor> changed = new ArrayList<>();
        for (StoredTensor tensor : source.tensors().values()) {
            List<Term> own = terms.get(tensor.name());
            if (own != null) {
                requireRoom(tensor, own);
                changed.add(merged(tensor, own));
            } else {
                conversion.of(tensor).ifPresent(changed::add);
            }
        }
        return changed;
    }

    /** All matrices for one weight are in memory together. */
    private static void requireRoom(StoredTensor weight, List<Term> terms) throws CheckpointException {
        long rank = terms.stream().mapToLong(term -> term.pair().rank()).sum();
        if (rank * Math.max(weight.shape().dim(0), weight.shape().dim(1)) > MOST_NUMBERS) {
            throw new CheckpointException("the adapters have together rank " + rank + " for " + weight.name()
                    + ", which is too much to be merged; load fewer");
        }
    }

    private NewTensor merged(StoredTensor weight, List<Term> terms) throws CheckpointException {
        DType dtype = conversion.type(weight);
        if (dtype != DType.F32 && dtype != DType.BF16 && dtype != DType.F16) {
            throw new CheckpointException(weight.file().getFileName() + ": " + weight.name() + " is " + dtype
                    + " and adapters cannot be merged into it without another element type");
        }
        return new NewTensor(weight.name(), dtype, weight.shape(), sink -> sink.write(sessions.merge(weight, terms, dtype)));
    }

    @Override
    public void close() {
        sessions.close();
    }
}
