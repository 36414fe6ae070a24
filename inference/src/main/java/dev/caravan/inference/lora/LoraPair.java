package dev.caravan.inference.lora;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.Names;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.tensor.Shape;

/**
 * The two matrices of one layer.
 *
 * @param module path of the layer in the model; its weight is {@code <module>.weight}
 * @param down   A [r,in]
 * @param up     B [out,r]
 * @param scale  what the file itself multiplies their product by: alpha/r or 1
 */
public record LoraPair(String module, StoredTensor down, StoredTensor up, float scale) {

    /** Nobody trains more; what claims to have more would only take memory. */
    private static final int HIGHEST_RANK = 8192;

    public String weight() {
        return module + ".weight";
    }

    /** r, the number of rows of A. */
    public int rank() {
        return Math.toIntExact(down.shape().dim(0));
    }

    /** @throws CheckpointException when the product has not the shape of the weight, or the matrices are not of floating-point numbers */
    void fits(Shape weight) throws CheckpointException {
        if (!down.dtype().floating() || !up.dtype().floating()) {
            throw new CheckpointException(down.file().getFileName() + " does not fit this model: for " + Names.shown(module)
                    + " it has matrices of " + up.dtype() + " and " + down.dtype() + ", not of floating-point numbers");
        }
        Shape a = down.shape();
        Shape b = up.shape();
        if (a.rank() != 2 || b.rank() != 2 || b.dim(1) != a.dim(0)) {
            throw new CheckpointException(down.file().getFileName() + " does not fit this model: for " + Names.shown(module) + " " + weight
                    + " it has " + b + " times " + a);
        }
        if (b.dim(0) != weight.dim(0) || a.dim(1) != weight.dim(1)) {
            throw new CheckpointException(down.file().getFileName() + " was trained for another base model: for " + Names.shown(module)
                    + " it has " + b + " times " + a + ", this model has " + weight + "; choose an adapter made for this one");
        }
        if (a.dim(0) < 1 || a.dim(0) > HIGHEST_RANK) {
            throw new CheckpointException(down.file().getFileName() + " cannot be used: for " + Names.shown(module) + " it has rank "
                    + a.dim(0) + ", and 1 to " + HIGHEST_RANK + " is known");
        }
    }

    /** The numbers of {@link #down}, row-major. */
    float[] downNumbers() throws CheckpointException {
        return numbers(down);
    }

    /** The numbers of {@link #up}, row-major. */
    float[] upNumbers() throws CheckpointException {
        return numbers(up);
    }

    /** @throws CheckpointException when there is one among its numbers that would spoil everything it is added to */
    public void requireFinite() throws CheckpointException {
        downNumbers();
        upNumbers();
    }

    private float[] numbers(StoredTensor matrix) throws CheckpointException {
        float[] numbers = Checkpoint.floats(matrix);
        for (float number : numbers) {
            if (!Float.isFinite(number)) {
                throw new CheckpointException(matrix.file().getFileName() + " cannot be used: for " + Names.shown(module)
                        + " it has numbers that are not finite, as a training that failed leaves them");
            }
        }
        return numbers;
    }
}
