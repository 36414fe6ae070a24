package dev.caravan.inference.wan;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a checkpoint has what a network needs, before anything is built. */
final class RequiredTensors {

    /** So many are named; of more, their number. */
    private static final int NAMED = 12;

    private RequiredTensors() {}

    /**
     * Looks for every tensor; others do not matter.
     *
     * @throws CheckpointException that names and counts those that are missing, or else those that are of another shape, no numbers, or not
     *     in one piece
     */
    static void check(Checkpoint checkpoint, Map<String, Shape> required) throws CheckpointException {
        List<String> missing = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        required.forEach((name, shape) -> {
            Optional<StoredTensor> stored = checkpoint.find(name);
            if (stored.isEmpty()) {
                missing.add(name);
            } else if (!shape.equals(stored.get().shape())) {
                wrong.add(name + " is " + stored.get().shape() + " and should be " + shape);
            } else if (!stored.get().dtype().floating() || !stored.get().contiguous()) {
                wrong.add(name + " is not stored as floating-point numbers in a row");
            }
        });
        if (missing.isEmpty() && wrong.isEmpty()) {
            return;
        }
        // Where tensors are missing it is another network, and shapes would tell nothing.
        String complaint = missing.isEmpty() ? listed(wrong, "; ") : "it has no " + listed(missing, ", ");
        throw new CheckpointException(checkpoint.path().getFileName() + " is not the right checkpoint: " + complaint);
    }

    private static String listed(List<String> items, String between) {
        String rest = items.size() > NAMED ? " and " + (items.size() - NAMED) + " more" : "";
        return String.join(between, items.subList(0, Math.min(NAMED, items.size()))) + rest;
    }
}
