/**
 * The pipelines that come with the hub: one small class per family, stating only what is its own.
 *
 * <p>{@link dev.caravan.inference.pipeline.builtin.BuiltInPipelines} lists them in the order clients see. Passthrough, the test card
 * and the controller visualizer need no model; gray and edges carry their few weights in their graphs and infer on the device; the model families say what they need and load when it is there.
 * A {@link dev.caravan.inference.pipeline.builtin.StandInPipeline} lets the test card answer under another pipeline's id, and says so.
 * Read {@code BuiltInPipelines} and {@code PassthroughPipeline} first.
 */
@NullMarked
package dev.caravan.inference.pipeline.builtin;

import org.jspecify.annotations.NullMarked;
