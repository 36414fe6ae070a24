package dev.caravan.inference.checkpoint;

import java.util.List;

/** How tensors of a checkpoint are made into others. {@link DerivedWeights} keeps the result. */
public interface Recipe {

    /**
     * Everything the result depends on beside the source: what is done, in which version, with which numbers and files. Another text is
     * another result.
     *
     * @throws CheckpointException when one of its files cannot be read
     */
    List<String> ingredients() throws CheckpointException;

    /**
     * The tensors that are to stand in the place of the source's own, or beside them, in the order of the file they go to. Cheap: numbers
     * are made when they are written.
     *
     * @throws CheckpointException when the source does not fit
     */
    List<NewTensor> changed(Checkpoint source) throws CheckpointException;
}
