package dev.caravan.inference.checkpoint;

/** Hears how far a file that is being written is. Called from the writing thread, often; must return at once. */
@FunctionalInterface
public interface ByteProgress {

    /** Ignores everything. */
    ByteProgress NONE = (done, total) -> {};

    /** Tensors' bytes written so far, and to be written in all. */
    void written(long done, long total);
}
