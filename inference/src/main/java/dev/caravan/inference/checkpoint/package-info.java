/**
 * Reads checkpoints: which tensors a file holds, and where their bytes are. Never executes anything a file says.
 *
 * <p>{@link dev.caravan.inference.checkpoint.Checkpoint#open} recognises safetensors, PyTorch's zip and its older format and gives a
 * {@link dev.caravan.inference.checkpoint.StoredTensor} per name; networks refer to those bytes in place. Every number in a file is
 * checked before it is used: a hostile file costs an error message.
 */
@NullMarked
package dev.caravan.inference.checkpoint;

import org.jspecify.annotations.NullMarked;
