/**
 * The causal Wan transformer and its VACE blocks as graphs, and their state on a device. The autoencoders and the text encoder have rooms of
 * their own below: {@link dev.caravan.inference.wan.vae.VideoAutoencoder}, {@link dev.caravan.inference.wan.umt5.TextEncoder}.
 *
 * <p>For each network there is a class that builds its graph, one that is the loaded network (shared by all sessions), and one that is a
 * stream's private state. Read {@link dev.caravan.inference.wan.Transformer} and {@link dev.caravan.inference.wan.TransformerState} first.
 * What stands beside them:
 *
 * <ul>
 * <li>the network: {@code TransformerConfig}, {@code TransformerWeights}, {@code TransformerOptions}; {@code TransformerGraph} of
 *     {@code TransformerLayers} on a {@code ResidualStream}
 * <li>each kind of key-value cache ({@link dev.caravan.inference.diffusion.KeyCache}) is a {@code SelfAttention} of the graph and {@code
 *     PassInputs} of a stream: {@code RotatedKeyCache}, {@code UnrotatedKeyCache}, {@code BiasedKeyCache}, {@code SparseBankKeyCache};
 *     what all build alike is {@code CacheParts}
 * <li>what happens to caches between passes: {@code CacheChanges}, with {@code CacheAverages} and {@code BankCompression} for what needs a
 *     network of its own
 * <li>VACE: {@code VaceModule} are its weights, {@code VaceGraph} and {@code VaceNetwork} the network, {@code VaceState} a stream's part, with
 *     what hints are made from ({@code VaceInputs}) and the hints ({@code VaceHints})
 * </ul>
 */
@NullMarked
package dev.caravan.inference.wan;

import org.jspecify.annotations.NullMarked;
