package dev.caravan.inference.checkpoint;

import dev.caravan.inference.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Gives floating-point tensors another element type, rounding to nearest, ties to even; and copies together what is not contiguous, which
 * no network can use in place.
 *
 * @param floats F32, BF16 or F16; empty to keep every type
 */
public record Conversion(Optional<DType> floats) implements Recipe {

    /** To one type. */
    public static Conversion to(DType floats) {
        return new Conversion(Optional.of(floats));
    }

    @Override
    public List<String> ingredients() {
        return List.of("conversion 1", floats.map(DType::name).orElse("as stored"));
    }

    @Override
    public List<NewTensor> changed(Checkpoint source) {
        List<NewTensor> changed = new ArrayList<>();
        source.tensors().values().forEach(tensor -> of(tensor).ifPresent(changed::add));
        return changed;
    }

    /** What is written for one tensor; empty when it can stay as it is. */
    public Optional<NewTensor> of(StoredTensor tensor) {
        DType dtype = type(tensor);
        return dtype == tensor.dtype() && tensor.contiguous() ? Optional.empty() : Optional.of(NewTensor.copyOf(tensor, dtype));
    }

    /** The type that a tensor gets. */
    public DType type(StoredTensor tensor) {
        return tensor.dtype().floating() ? floats.orElse(tensor.dtype()) : tensor.dtype();
    }
}
