package dev.caravan.inference.diffusion;

/** What a chunk is guided by, the strongest first (spec models/vace.md §1). */
public enum VaceMode {
    /** Pictures it is to begin or end with. */
    EXTENSION,
    /** Frames to follow, with or without a reference image. */
    CONDITIONING,
    /** Reference images alone. */
    REFERENCES,
    /** Nothing. */
    NONE
}
