package dev.caravan.inference.diffusion;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Which timesteps a chunk is denoised at, and how much noise (sigma, 0..1) belongs to a timestep: the flow-matching schedule of 1000
 * entries with sigma from 1 down to nearly 0 (spec schedulers.md §1, §2, §4). Immutable, thread-safe.
 *
 * <p>What is where: the tables and the look-up are here, the arithmetic of a step is part of the transformer's graph; the noise itself comes
 * from {@link PhiloxNoise}, the noise scale of a video from {@link NoiseController}, and which frames a step sees is said by a
 * {@link KvCachePolicy}. Whether a chunk resets the caches, recaches, or ends with a clean pass is decided by the pipeline.
 */
public final class FlowMatchSchedule {

    /** Entries of the tables. */
    public static final int ENTRIES = 1000;

    // The reference fills its table with vectors of eight; the remainder of the 1001 points is filled one by one.
    private static final int LANES = 8;
    private static final int FILLED_BY_VECTORS = (ENTRIES + 1) / (2 * LANES) * (2 * LANES);

    private final boolean warp;
    private final float[] sigmas = new float[ENTRIES];
    private final float[] timesteps = new float[ENTRIES];

    /**
     * Steps are taken as listed.
     *
     * @param shift how far the schedule is bent towards much noise: 5 for most models, 8 for StreamDiffusionV2
     */
    public FlowMatchSchedule(float shift) {
        this(shift, false);
    }

    /** @param warp whether listed steps are mapped through the table (step 750 is entry 250), as the models' own projects do; §2 */
    public FlowMatchSchedule(float shift, boolean warp) {
        if (!(shift > 0) || Float.isInfinite(shift)) {
            throw new IllegalArgumentException("timestep shift must be above 0; " + shift + " given, use 5");
        }
        this.warp = warp;
        for (int i = 0; i < ENTRIES; i++) {
            float u = fromOneToZero(i);
            sigmas[i] = shift * u / (1 + (shift - 1) * u);
            timesteps[i] = sigmas[i] * 1000;
        }
    }

    /**
     * Point {@code i} of 1001 between 1 and 0 with the very roundings of the reference, which go from each end to the middle: indices found
     * through the table depend on the last bit.
     */
    private static float fromOneToZero(int i) {
        float step = -1f / ENTRIES;
        int lane = i < FILLED_BY_VECTORS ? i % LANES : 0;
        int first = i - lane;
        float base = first < (ENTRIES + 1) / 2 ? Math.fma(step, first, 1f) : -step * (ENTRIES - first);
        return base + step * lane;
    }

    /** The sigmas, from 1 downwards. */
    public float[] sigmas() {
        return sigmas.clone();
    }

    /** 1000 times the sigmas. */
    public float[] timesteps() {
        return timesteps.clone();
    }

    /** The entry whose timestep is nearest, the first of equals. Any number will do: what lies outside of the table finds its end. */
    public int index(float timestep) {
        int nearest = 0;
        for (int i = 1; i < ENTRIES; i++) {
            if (Math.abs(timesteps[i] - timestep) < Math.abs(timesteps[nearest] - timestep)) {
                nearest = i;
            }
        }
        return nearest;
    }

    /** The share of noise at a timestep, 0..1. */
    public float sigma(float timestep) {
        return sigmas[index(timestep)];
    }

    /**
     * The timesteps a chunk is denoised at, in this order, which need not be descending (§4).
     *
     * @param list       as a person gives it, each 0..1000
     * @param noiseScale of a chunk made from video, 0..1: its first step then is 1000 · scale, truncated, less 100, whatever the list says
     *                   (so it can be below 0); empty for a chunk made from text
     * @throws IllegalArgumentException for an empty list, or a step out of range
     */
    public float[] steps(List<Integer> list, OptionalDouble noiseScale) {
        if (list.isEmpty()) {
            throw new IllegalArgumentException("denoising_step_list is empty; use for example 1000,750,500,250");
        }
        float[] steps = new float[list.size()];
        for (int i = 0; i < steps.length; i++) {
            int step = list.get(i);
            if (step < 0 || step > ENTRIES) {
                throw new IllegalArgumentException("a denoising step is 0 to 1000; " + step + " given");
            }
            steps[i] = warp ? entry(ENTRIES - step) : step;
        }
        noiseScale.ifPresent(scale -> steps[0] = (int) (1000 * scale) - 100);
        return steps;
    }

    private float entry(int i) {
        return i == ENTRIES ? 0 : timesteps[i];
    }
}
