/**
 * The video autoencoders of the Wan family, between pictures and latents: the original, its light relative, and two small ones.
 *
 * <p>Read {@link dev.caravan.inference.wan.vae.VideoAutoencoder}, which is loaded once and shared by all sessions, and {@link
 * dev.caravan.inference.wan.vae.VideoCodec}, a stream's private state on it, first; {@link
 * dev.caravan.inference.wan.vae.VideoAutoencoders} chooses among the networks by {@link dev.caravan.inference.wan.vae.VaeType}. A network
 * is built as a few steps ({@link dev.caravan.inference.wan.vae.VaeGraph}), each with its states as inputs and outputs.
 */
@NullMarked
package dev.caravan.inference.wan.vae;

import org.jspecify.annotations.NullMarked;
