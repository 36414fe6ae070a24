/**
 * Runs models: a binding of ONNX Runtime's C API by foreign functions, with tensors that stay on their device.
 *
 * <p>The only package that touches the native library. {@link dev.caravan.inference.ort.Engine} finds natives and chooses a
 * provider; {@link dev.caravan.inference.ort.OrtRuntime} is the loaded library;
 * {@link dev.caravan.inference.ort.Device} makes {@link dev.caravan.inference.ort.Tensor}s and
 * {@link dev.caravan.inference.ort.OrtSession}s and runs everything on its one thread; a
 * {@link dev.caravan.inference.ort.Binding} ties tensors to a session's inputs and outputs. The runtime's official Java classes cannot hold
 * a tensor on a GPU, which is why they are not used. A wrong call here crashes the JVM: descriptors stand in few classes, {@code OrtApi}
 * above all. {@code inference/docs/runtime.md} says what was run on which natives.
 */
@NullMarked
package dev.caravan.inference.ort;

import org.jspecify.annotations.NullMarked;
