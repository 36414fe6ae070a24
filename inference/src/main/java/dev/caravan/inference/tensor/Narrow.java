package dev.caravan.inference.tensor;

/** Bits of the narrow floating-point types. All roundings are to nearest, ties to even. */
public final class Narrow {

    private static final float[] E4M3 = new float[256];

    static {
        for (int bits = 0; bits < 256; bits++) {
            int exponent = bits >> 3 & 15;
            int mantissa = bits & 7;
            float magnitude = exponent == 0 ? mantissa * 0x1p-9f : (8 + mantissa) * Math.scalb(1f, exponent - 10);
            if ((bits & 0x7F) == 0x7F) {
                magnitude = Float.NaN;
            }
            E4M3[bits] = (bits & 0x80) != 0 ? -magnitude : magnitude;
        }
    }

    private Narrow() {}

    public static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    public static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    /** The nearest value that bf16 can hold. */
    public static float roundToBf16(float value) {
        return fromBf16(toBf16(value));
    }

    /**
     * Numbers as a type of 16 bits has them.
     *
     * @throws IllegalArgumentException when it is not BF16 or F16
     */
    public static short[] bits(DType dtype, float... values) {
        short[] bits = new short[values.length];
        switch (dtype) {
            case BF16 -> {
                for (int i = 0; i < bits.length; i++) {
                    bits[i] = toBf16(values[i]);
                }
            }
            case F16 -> {
                for (int i = 0; i < bits.length; i++) {
                    bits[i] = toF16(values[i]);
                }
            }
            default -> throw new IllegalArgumentException("floats are not rounded to " + dtype);
        }
        return bits;
    }

    public static float fromF16(short bits) {
        return Float.float16ToFloat(bits);
    }

    public static short toF16(float value) {
        return Float.floatToFloat16(value);
    }

    public static float fromE4m3(byte bits) {
        return E4M3[bits & 255];
    }

    /** What is larger than the largest value becomes that, with its sign. */
    public static byte toE4m3(float value) {
        int sign = Float.floatToRawIntBits(value) >>> 24 & 0x80;
        float magnitude = Math.abs(value);
        if (Float.isNaN(magnitude) || magnitude >= E4M3[0x7E]) {
            return (byte) (sign | (Float.isNaN(magnitude) ? 0x7F : 0x7E));
        }
        // From the smallest normal exponent down the distance between neighbours stays the same.
        int exponent = Math.max(Math.getExponent(magnitude), -6);
        int steps = (int) Math.rint(Math.scalb((double) magnitude, 3 - exponent));
        return (byte) (sign | (exponent + 6 << 3) + steps);
    }

    /** 5 exponent bits as fp16 has: the upper half of one. */
    public static float fromE5m2(byte bits) {
        return Float.float16ToFloat((short) (bits << 8));
    }
}
