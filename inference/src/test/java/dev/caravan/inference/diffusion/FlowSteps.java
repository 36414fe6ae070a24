package dev.caravan.inference.diffusion;

/** The arithmetic between two passes of a network, as the spec has it (schedulers.md §3, §5): it needs the right sigmas to meet recordings. */
final class FlowSteps {

    private FlowSteps() {}

    /** x - sigma · flow, in double precision. */
    static float[] x0(FlowMatchSchedule schedule, float[] x, float[] flow, float timestep) {
        double sigma = schedule.sigma(timestep);
        float[] x0 = new float[x.length];
        for (int i = 0; i < x0.length; i++) {
            x0[i] = (float) (x[i] - sigma * flow[i]);
        }
        return x0;
    }

    /** (1 - sigma) · x0 + sigma · noise. */
    static float[] addNoise(FlowMatchSchedule schedule, float[] x0, float[] noise, float timestep) {
        return mix(x0, noise, schedule.sigma(timestep));
    }

    /** noise · share + clean · (1 - share). */
    static float[] mix(float[] clean, float[] noise, float share) {
        float[] x = new float[clean.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = noise[i] * share + clean[i] * (1 - share);
        }
        return x;
    }
}
