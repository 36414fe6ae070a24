package dev.caravan.inference.checkpoint;

import dev.caravan.inference.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tensors a network needs. Checked before its graph is built, so that a wrong file is told of in one message with all that is wrong.
 *
 * @param shapes by name, in the network's order
 */
public record Requirements(Map<String, Shape> shapes) {

    /** So many names of a kind are listed; of more, their number. */
    private static final int LISTED = 30;

    public Requirements {
        shapes = new LinkedHashMap<>(shapes);
    }

    /**
     * Checks that every tensor is there in its shape, of floating-point numbers.
     *
     * @return names of tensors that the network does not know, for a warning
     * @throws CheckpointException naming those that are missing, cannot be used, or have another shape
     */
    public Set<String> check(Checkpoint checkpoint) throws CheckpointException {
        return check(checkpoint, false);
    }

    /**
     * As {@link #check(Checkpoint)}, and that a network can use every tensor where it lies: its numbers follow each other.
     *
     * @throws CheckpointException also naming those that are stored otherwise
     */
    public Set<String> checkInPlace(Checkpoint checkpoint) throws CheckpointException {
        return check(checkpoint, true);
    }

    private Set<String> check(Checkpoint checkpoint, boolean inPlace) throws CheckpointException {
        List<String> missing = new ArrayList<>();
        List<String> unusable = new ArrayList<>();
        List<String> different = new ArrayList<>();
        shapes.forEach((name, shape) -> {
            StoredTensor tensor = checkpoint.tensors().get(name);
            if (tensor == null) {
                String reason = checkpoint.unreadable().get(name);
                (reason == null ? missing : unusable).add(reason == null ? name : name + " " + reason);
            } else if (!tensor.shape().equals(shape)) {
                different.add(name + " is " + tensor.shape() + ", not " + shape);
            } else if (!tensor.dtype().floating()) {
                unusable.add(name + " is of " + tensor.dtype() + ", not of floating-point numbers");
            } else if (inPlace && !tensor.contiguous()) {
                unusable.add(name + " is not stored in a row");
            }
        });
        List<String> wrong = new ArrayList<>();
        describe("lacks", missing, wrong);
        describe("cannot give", unusable, wrong);
        describe("has another shape for", different, wrong);
        if (!wrong.isEmpty()) {
            throw new CheckpointException(checkpoint.fileName() + " does not fit this network: it " + String.join("; it ", wrong));
        }
        Set<String> extras = new LinkedHashSet<>(checkpoint.tensors().keySet());
        extras.removeAll(shapes.keySet());
        return extras;
    }

    private void describe(String verb, List<String> names, List<String> to) {
        if (!names.isEmpty()) {
            String rest = names.size() > LISTED ? " and " + (names.size() - LISTED) + " more" : "";
            to.add(verb + " " + names.size() + " of " + shapes.size() + " tensors: "
                    + String.join(", ", names.subList(0, Math.min(LISTED, names.size()))) + rest);
        }
    }
}
