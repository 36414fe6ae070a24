/**
 * Reads checkpoints: which tensors a file holds, and where their bytes are. Never executes anything a file says.
 *
 * <p>{@link dev.caravan.inference.checkpoint.Checkpoint#open} recognises safetensors, PyTorch's zip and its older format and gives a
 * {@link dev.caravan.inference.checkpoint.StoredTensor} per name; networks refer to those bytes in place, after
 * {@link dev.caravan.inference.checkpoint.Requirements} has told of everything that is missing. Every number in a file is checked before it
 * is used: a hostile file costs an error message. Weights that are needed in another form than their file has are written once by
 * {@link dev.caravan.inference.checkpoint.DerivedWeights}. Knows nothing of networks and nothing of the library that runs them.
 */
@NullMarked
package dev.caravan.inference.checkpoint;

import org.jspecify.annotations.NullMarked;
