/**
 * Layers as functions that add nodes to a graph: linear, norms, rotary positions, attention, activations, convolutions.
 *
 * <p>{@link dev.caravan.inference.nn.Net} is a network under construction: the graph, the weights by name, and the element type that is
 * computed in. Every operator is made by one function here and nobody adds raw nodes elsewhere, so that the choice of an operator for a
 * provider is one place. Paths of nodes are paths in the checkpoint: {@code blocks.0.self_attn.q/Gemm}.
 */
@NullMarked
package dev.caravan.inference.nn;

import org.jspecify.annotations.NullMarked;
