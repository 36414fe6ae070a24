package dev.caravan.inference.onnx;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;

/** A constant of a model: a few bytes inside it, or a range of a file beside it. */
public sealed interface Initializer {

    String name();

    DType dtype();

    Shape shape();

    /** @param data little-endian, row-major */
    record Inline(String name, DType dtype, Shape shape, byte[] data) implements Initializer {}

    /** @param offset bytes from the beginning of the file */
    record External(String name, DType dtype, Shape shape, Path file, long offset) implements Initializer {}
}
