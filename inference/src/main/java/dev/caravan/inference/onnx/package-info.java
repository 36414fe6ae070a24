/**
 * Builds ONNX models: nodes, constants, references to weights in files, and the protobuf bytes of it all.
 *
 * <p>{@link dev.caravan.inference.onnx.Graph} collects nodes and gives {@link dev.caravan.inference.onnx.Value}s to build on;
 * {@link dev.caravan.inference.onnx.OnnxModel} is the finished model with its nodes still readable, so that tests can look at them. Knows
 * nothing of networks and nothing of the library that runs models.
 */
@NullMarked
package dev.caravan.inference.onnx;

import org.jspecify.annotations.NullMarked;
