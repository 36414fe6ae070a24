/**
 * The networks of the Wan family as graphs, and their state on a device: the causal transformer, the video autoencoders, the text encoder.
 *
 * <p>For each network there is a class that builds its graph, one that is the loaded network (shared by all sessions), and one that is a
 * stream's private state. {@link dev.caravan.inference.wan.VideoAutoencoder} shows the pattern.
 */
@NullMarked
package dev.caravan.inference.wan;

import org.jspecify.annotations.NullMarked;
