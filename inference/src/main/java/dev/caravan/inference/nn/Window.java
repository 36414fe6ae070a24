package dev.caravan.inference.nn;

import java.util.Arrays;

/**
 * How a convolution's kernel moves over the axes behind the channels: steps, and zeros around. Its size is the kernel's own.
 *
 * @param strides step per axis; empty for steps of one
 * @param pads    zeros in front of each axis, then behind each; empty for none
 */
public record Window(long[] strides, long[] pads) {

    /** Every position, nothing around. */
    public static final Window ONE = new Window(new long[0], new long[0]);

    public Window {
        strides = strides.clone();
        pads = pads.clone();
    }

    /** Every position, with zeros around. */
    public static Window padded(long... pads) {
        return new Window(new long[0], pads);
    }

    /** Larger steps, nothing around. */
    public static Window strided(long... strides) {
        return new Window(strides, new long[0]);
    }

    @Override
    public long[] strides() {
        return strides.clone();
    }

    @Override
    public long[] pads() {
        return pads.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Window window && Arrays.equals(strides, window.strides) && Arrays.equals(pads, window.pads);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(strides) * 31 + Arrays.hashCode(pads);
    }
}
