/**
 * Measures the inference engine: {@code ./caravan bench inference} ({@link dev.caravan.inference.bench.InferenceBench}) on any machine, and
 * {@code ./caravan bench gpu} ({@link dev.caravan.inference.bench.gpu.GpuCheck}) what can only be known on a GPU. Weights are random: speed
 * does not depend on them. Nothing here needs a test framework, so that it runs from plain class files on a machine without Maven.
 */
@NullMarked
package dev.caravan.inference.bench;

import org.jspecify.annotations.NullMarked;
