/**
 * What can only be known on a GPU, checked by one command that needs no Maven: {@link dev.caravan.inference.bench.gpu.GpuCheck}. The same
 * checks run at tiny sizes on the CPU, so that they are known to work themselves.
 */
@NullMarked
package dev.caravan.inference.bench.gpu;

import org.jspecify.annotations.NullMarked;
