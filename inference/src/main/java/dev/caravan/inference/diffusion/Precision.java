package dev.caravan.inference.diffusion;

import dev.caravan.inference.tensor.DType;

/** The element types whose arithmetic is repeated here. */
final class Precision {

    private Precision() {}

    /** @throws IllegalArgumentException when it is neither F32 nor BF16 */
    static boolean isBf16(DType precision) {
        return switch (precision) {
            case F32 -> false;
            case BF16 -> true;
            default -> throw new IllegalArgumentException("video is computed in F32 or BF16, not in " + precision);
        };
    }
}
