/**
 * What an array of numbers is: element type, shape, and the bits of the narrow floating-point types.
 *
 * <p>The words every room below the pipelines shares. {@link dev.caravan.inference.tensor.DType} and
 * {@link dev.caravan.inference.tensor.Shape} say how bytes are to be read, {@link dev.caravan.inference.tensor.Narrow} converts bf16, fp16
 * and fp8 to and from {@code float}. Nothing here holds memory.
 */
@NullMarked
package dev.caravan.inference.tensor;

import org.jspecify.annotations.NullMarked;
