package dev.caravan.processors.session;

/** Which of the waiting frames a chunk takes (contract §3.3). */
final class Sampling {

    private Sampling() {}

    /**
     * Even sampling of {@code wanted} out of {@code waiting >= wanted} frames.
     *
     * @param i 0 .. wanted-1
     * @return {@code round_half_even(i * waiting / wanted)}; the index after {@code i = wanted-1} is what stays
     */
    static int index(int i, int waiting, int wanted) {
        return (int) Math.rint((double) i * waiting / wanted);
    }
}
