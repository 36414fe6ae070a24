package dev.caravan.inference.nn;

import dev.caravan.inference.checkpoint.StoredTensor;

/**
 * A change to one linear layer, kept as two thin matrices: y = x Wᵀ + scale · strength · (x Aᵀ) Bᵀ (spec lora.md §1). Its numbers follow
 * each other in their files, so that both are used in place.
 *
 * @param down  A [r,in]
 * @param up    B [out,r]
 * @param scale what belongs to the matrices themselves; their {@link Adapter} has a strength besides
 */
public record LowRank(StoredTensor down, StoredTensor up, float scale) {}
