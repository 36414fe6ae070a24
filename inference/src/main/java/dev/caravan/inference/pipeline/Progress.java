package dev.caravan.inference.pipeline;

/** Hears how far a load is. Called from the loader thread; must return at once. */
@FunctionalInterface
public interface Progress {

    /** Ignores everything. */
    Progress NONE = stage -> {};

    /** A new stage began; the text is shown to people, for example {@code Loading VAE...}. */
    void stage(String text);
}
