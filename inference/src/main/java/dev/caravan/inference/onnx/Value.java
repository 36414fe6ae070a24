package dev.caravan.inference.onnx;

import dev.caravan.inference.tensor.DType;

/** Something a node reads or makes. Belongs to the {@link Graph} that gave it. */
public record Value(String name, DType dtype) {

    /** In place of an optional input that is not given. */
    public static final Value NONE = new Value("", DType.F32);
}
