package dev.caravan.inference.diffusion;

/**
 * The normal noise PyTorch draws on a CUDA device, number by number, on any machine: a seed makes the same video here as there (spec
 * overview.md §3). A generator is a seed and an offset; each draw continues where the last one ended. Not thread-safe.
 *
 * <p>Numbers are fp32; a bf16 tensor of noise is these, rounded. A device's own logarithm and sine differ in the last bits, so a number in
 * a million may round to the neighbouring bf16.
 */
public final class PhiloxNoise {

    private static final int THREADS_PER_BLOCK = 256;
    private static final int NORMALS_PER_THREAD = 4;

    private static final float TO_UNIT = 2.3283064e-10f;
    private static final float HALF_UNIT = 1.1641532e-10f;
    private static final float TO_ANGLE = 2.3283064e-10f * 6.2831855f;
    private static final float HALF_ANGLE = TO_ANGLE / 2;

    private final long seed;
    private final Grid grid;
    private long offset;

    /**
     * The launch that noise is drawn by: with more numbers than threads, it says which thread draws which number, so noise of large
     * pictures differs between models of GPU.
     *
     * @param multiprocessors of the GPU
     * @param blocks          of 256 threads that a multiprocessor holds
     */
    public record Grid(int multiprocessors, int blocks) {

        /** A data-centre GPU of the Hopper generation. */
        public static final Grid HOPPER = new Grid(132, 8);

        public Grid {
            if (multiprocessors < 1 || blocks < 1) {
                throw new IllegalArgumentException(
                        "a grid has at least 1 multiprocessor and 1 block; " + multiprocessors + "x" + blocks + " given, use 132x8");
            }
        }

        /** Threads that draw {@code numbers} numbers. */
        int threads(int numbers) {
            long needed = Math.ceilDiv((long) numbers, THREADS_PER_BLOCK);
            return Math.toIntExact(THREADS_PER_BLOCK * Math.min(needed, (long) multiprocessors * blocks));
        }
    }

    public PhiloxNoise(long seed) {
        this(seed, 0, Grid.HOPPER);
    }

    /** @param offset where to go on, a multiple of 4 */
    public PhiloxNoise(long seed, long offset, Grid grid) {
        if (offset < 0 || offset % NORMALS_PER_THREAD != 0) {
            throw new IllegalArgumentException("the offset of a generator is a multiple of 4 from 0 on; " + offset + " given");
        }
        this.seed = seed;
        this.offset = offset;
        this.grid = grid;
    }

    /**
     * The generator of one chunk: first its initial noise is drawn from it, then that of each step but the last.
     *
     * @param startFrame latents generated since the caches were reset
     */
    public static PhiloxNoise forChunk(long baseSeed, int startFrame) {
        return forChunk(baseSeed, startFrame, Grid.HOPPER);
    }

    public static PhiloxNoise forChunk(long baseSeed, int startFrame, Grid grid) {
        return new PhiloxNoise(baseSeed + startFrame, 0, grid);
    }

    public long seed() {
        return seed;
    }

    /** Where the next draw begins. */
    public long offset() {
        return offset;
    }

    /** Draws the next numbers: mean 0, deviation 1. */
    public float[] normals(int count) {
        float[] out = new float[count];
        if (count == 0) {
            return out;
        }
        int threads = grid.threads(count);
        int[] words = new int[4];
        // Thread t draws the numbers t, t + threads, t + 2 · threads, ...: four from each counter.
        for (long pass = 0; pass < count; pass += (long) NORMALS_PER_THREAD * threads) {
            for (int thread = 0; thread < threads && pass + thread < count; thread++) {
                Philox.words(seed, offset / NORMALS_PER_THREAD, thread, words);
                pair(words[0], words[1], out, pass + thread, threads);
                pair(words[2], words[3], out, pass + thread + 2L * threads, threads);
            }
            offset += NORMALS_PER_THREAD;
        }
        return out;
    }

    /** Two normals from two words (Box and Muller), as far as they have a place. */
    private static void pair(int x, int y, float[] out, long first, int distance) {
        if (first >= out.length) {
            return;
        }
        float unit = Math.fma((float) Integer.toUnsignedLong(x), TO_UNIT, HALF_UNIT);
        float angle = Math.fma((float) Integer.toUnsignedLong(y), TO_ANGLE, HALF_ANGLE);
        double radius = Math.sqrt(-2 * Math.log(unit));
        out[(int) first] = (float) (radius * Math.sin(angle));
        if (first + distance < out.length) {
            out[(int) first + distance] = (float) (radius * Math.cos(angle));
        }
    }
}
