package dev.caravan.inference.ort;

/**
 * How a model is loaded.
 *
 * @param graphs  allow {@link Binding#captured()} on CUDA; means nothing on the CPU
 * @param prepack let the CPU keep a second, faster layout of weights in memory; without, weights stay mapped from their file
 * @param fold    compute at load what depends on weights alone, and keep it: weights of another type than the computed one are held in
 *                that; without, they stay as they are stored and are cast in every run
 * @param tf32    let CUDA round fp32 factors to 10 bits of mantissa; means nothing for other types
 */
public record SessionSettings(boolean graphs, boolean prepack, boolean fold, boolean tf32) {

    public static final SessionSettings DEFAULT = new SessionSettings(false, true, true, true);

    public SessionSettings withGraphs() {
        return new SessionSettings(true, prepack, fold, tf32);
    }

    public SessionSettings withoutPrepacking() {
        return new SessionSettings(graphs, false, fold, tf32);
    }

    public SessionSettings withoutFolding() {
        return new SessionSettings(graphs, prepack, false, tf32);
    }

    /** As a comparison with another fp32 implementation needs. */
    public SessionSettings exactFp32() {
        return new SessionSettings(graphs, prepack, fold, false);
    }
}
