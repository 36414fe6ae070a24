package dev.caravan.inference.diffusion;

/** The ways of keeping the keys of past frames that there are networks for (spec causal-wan.md §4). */
public enum KeyCache {
    /** Stored after their rotation, a prefix of the slots seen as it is: LongLive, StreamDiffusionV2, MemFlow without its bank. */
    ROTATED,
    /** Stored before their rotation and turned anew in each pass, by where they stand among those seen: Reward Forcing. */
    UNROTATED,
    /** Stored rotated, with blocks of a memory bank among the slots seen: MemFlow. */
    BANKED,
    /** The same, where each head looks at three blocks of sink and bank only. */
    BANKED_SPARSE,
    /** Stored rotated; scores of past frames can be lowered, and keys are padded with zeros that are seen: Krea. */
    BIASED
}
