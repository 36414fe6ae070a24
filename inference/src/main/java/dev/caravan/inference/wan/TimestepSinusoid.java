package dev.caravan.inference.wan;

/** How a timestep enters the network: half cosines, half sines of the timestep at falling frequencies (spec causal-wan.md §3 step 2). */
final class TimestepSinusoid {

    private static final double BASE = 10000;

    private TimestepSinusoid() {}

    /** @param width even; computed in double */
    static float[] of(double timestep, int width) {
        int half = width / 2;
        float[] out = new float[width];
        for (int i = 0; i < half; i++) {
            double angle = timestep * Math.pow(BASE, -(double) i / half);
            out[i] = (float) Math.cos(angle);
            out[half + i] = (float) Math.sin(angle);
        }
        return out;
    }
}
