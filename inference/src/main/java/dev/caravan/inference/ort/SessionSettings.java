package dev.caravan.inference.ort;

/**
 * How a model is loaded.
 *
 * @param graphs  allow {@link Binding#captured()} on CUDA; means nothing on the CPU
 * @param fold    compute at load what depends on weights alone, and keep it: weights of another type than the computed one are held in
 *                that; without, they stay as they are stored and are cast in every run
 * @param tf32    let CUDA round fp32 factors to 10 bits of mantissa; means nothing for other types
 */
public record SessionSettings(boolean graphs, boolean fold, boolean tf32) {

    public static final SessionSettings DEFAULT = new SessionSettings(false, true, true);

    public SessionSettings withGraphs() {
        return new SessionSettings(true, fold, tf32);
    }

    public SessionSettings withoutFolding() {
        return new SessionSettings(graphs, false, tf32);
    }

    /** As a comparison with another fp32 implementation needs. */
    public SessionSettings exactFp32() {
        return new SessionSettings(graphs, fold, false);
    }
}
