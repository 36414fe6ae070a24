package dev.caravan.inference.ort;

/**
 * How a model is loaded.
 *
 * @param graphs  allow {@link Binding#captured()} on CUDA; means nothing on the CPU
 * @param fold    compute at load what depends on weights alone, and keep it: weights of another type than the computed one are held in
 *                that; without, they stay as they are stored and are cast in every run
 * @param arena   let the CPU keep the memory of a run for later ones: faster by a fifth and more, but every session keeps up to twice what
 *                its largest run took; means nothing on CUDA
 * @param tf32    let CUDA round fp32 factors to 10 bits of mantissa; means nothing for other types
 */
public record SessionSettings(boolean graphs, boolean fold, boolean arena, boolean tf32) {

    public static final SessionSettings DEFAULT = new SessionSettings(false, true, true, true);

    public SessionSettings withGraphs() {
        return new SessionSettings(true, fold, arena, tf32);
    }

    public SessionSettings withoutFolding() {
        return new SessionSettings(graphs, false, arena, tf32);
    }

    /** For networks that take much memory in a run and have many sessions, run one by one. */
    public SessionSettings withoutArena() {
        return new SessionSettings(graphs, fold, false, tf32);
    }

    /** As a comparison with another fp32 implementation needs. */
    public SessionSettings exactFp32() {
        return new SessionSettings(graphs, fold, arena, false);
    }
}
