/**
 * The pipelines that generate video chunk by chunk with a causal diffusion transformer: LongLive and its relatives.
 *
 * <p>{@link dev.caravan.inference.pipeline.causal.CausalFamily} says in what one family differs from the others, and
 * {@link dev.caravan.inference.pipeline.causal.LongLive} is the first. {@link dev.caravan.inference.pipeline.causal.ChunkGenerator} is the
 * one way a chunk is made (spec models/overview.md §2), {@link dev.caravan.inference.pipeline.causal.ChunkMemory} what is run again before
 * it. {@link dev.caravan.inference.pipeline.causal.CausalPipeline} checks what a load asks for, {@link
 * dev.caravan.inference.pipeline.causal.NetworkLoader} loads the networks, {@link dev.caravan.inference.pipeline.causal.GeneratorWeights}
 * prepares their weights: adapters, element types, VACE.
 *
 * <p>What guides a chunk besides its prompt: {@link dev.caravan.inference.pipeline.causal.VaceReader} reads it from a session's parameters,
 * {@link dev.caravan.inference.pipeline.causal.VaceConditioner} encodes it, {@link dev.caravan.inference.pipeline.causal.Guidance} hands it
 * to the denoise steps of that chunk.
 */
@NullMarked
package dev.caravan.inference.pipeline.causal;

import org.jspecify.annotations.NullMarked;
