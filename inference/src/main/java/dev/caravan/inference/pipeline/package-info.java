/**
 * The public face of everything that makes pictures.
 *
 * <p>A {@link dev.caravan.inference.pipeline.Pipeline} says what it is (its schema) and loads into a
 * {@link dev.caravan.inference.pipeline.LoadedPipeline}, which is shared by all sessions; each session opens its own
 * {@link dev.caravan.inference.pipeline.PipelineStream} and calls it once per chunk from its one owner thread.
 * {@link dev.caravan.inference.pipeline.Parameters} are what a person may change while it runs, checked by one table.
 * Read {@code Pipeline} and {@code PipelineStream} first; a model family is one small class that states its differences.
 */
@NullMarked
package dev.caravan.inference.pipeline;

import org.jspecify.annotations.NullMarked;
