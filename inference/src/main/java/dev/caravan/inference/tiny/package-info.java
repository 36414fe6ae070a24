/**
 * A small set of model files with random weights, in the layout and under the names of the published ones: to try and to test the whole
 * path - download, read, build, load, stream - on any machine. What it generates looks like noise, and everything that uses it says so.
 *
 * <p>{@link dev.caravan.inference.tiny.TinyModels} writes the set.
 */
@NullMarked
package dev.caravan.inference.tiny;

import org.jspecify.annotations.NullMarked;
