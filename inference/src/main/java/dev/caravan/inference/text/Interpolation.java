package dev.caravan.inference.text;

/** How to get from one embedding to another: along the straight line, or row by row along the arc. */
public enum Interpolation {
    LINEAR,
    SLERP;

    /** The contract's word for it; any other word means linear. */
    public static Interpolation named(String word) {
        return "slerp".equals(word) ? SLERP : LINEAR;
    }
}
