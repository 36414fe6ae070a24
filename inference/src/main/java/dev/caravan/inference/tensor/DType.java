package dev.caravan.inference.tensor;

/** Element type of a tensor, as checkpoints store it and ONNX names it. Little-endian in memory and on disk. */
public enum DType {
    F32(1, 4),
    U8(2, 1),
    I8(3, 1),
    I16(5, 2),
    I32(6, 4),
    I64(7, 8),
    BOOL(9, 1),
    F16(10, 2),
    F64(11, 8),
    /** Upper half of a {@link #F32}. */
    BF16(16, 2),
    /** 1 sign, 4 exponent (bias 7), 3 mantissa bits; no infinities, largest value 448. */
    F8_E4M3(17, 1),
    /** 1 sign, 5 exponent, 2 mantissa bits. */
    F8_E5M2(19, 1);

    private final int onnx;
    private final int bytes;

    DType(int onnx, int bytes) {
        this.onnx = onnx;
        this.bytes = bytes;
    }

    /** Number of this type in {@code TensorProto.DataType}. */
    public int onnx() {
        return onnx;
    }

    /** Bytes per element. */
    public int bytes() {
        return bytes;
    }

    public boolean floating() {
        return switch (this) {
            case F32, F16, F64, BF16, F8_E4M3, F8_E5M2 -> true;
            default -> false;
        };
    }
}
