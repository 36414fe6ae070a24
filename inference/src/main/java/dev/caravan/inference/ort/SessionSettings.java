package dev.caravan.inference.ort;

/**
 * How a model is loaded.
 *
 * @param graphs  allow {@link Binding#captured()} on CUDA; means nothing on the CPU
 * @param prepack let the CPU keep a second, faster layout of weights in memory; without, weights stay mapped from their file
 * @param tf32    let CUDA round fp32 factors to 10 bits of mantissa; means nothing for other types
 */
public record SessionSettings(boolean graphs, boolean prepack, boolean tf32) {

    public static final SessionSettings DEFAULT = new SessionSettings(false, true, true);

    public SessionSettings withGraphs() {
        return new SessionSettings(true, prepack, tf32);
    }

    public SessionSettings withoutPrepacking() {
        return new SessionSettings(graphs, false, tf32);
    }

    /** As a comparison with another fp32 implementation needs. */
    public SessionSettings exactFp32() {
        return new SessionSettings(graphs, prepack, false);
    }
}
