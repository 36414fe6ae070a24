/**
 * Low-rank adapters: what a file of one says about which layers, and merging it into a model's weights, W' = W + s·B·A.
 *
 * <p>{@link dev.caravan.inference.lora.LoraAdapter} reads all the ways in which such files name layers;
 * {@link dev.caravan.inference.lora.LoraMerge} is the recipe by which {@link dev.caravan.inference.checkpoint.DerivedWeights} writes the
 * merged weights, multiplied on a device.
 */
@NullMarked
package dev.caravan.inference.lora;

import org.jspecify.annotations.NullMarked;
