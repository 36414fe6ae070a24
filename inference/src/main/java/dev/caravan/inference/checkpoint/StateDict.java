package dev.caravan.inference.checkpoint;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Map;

/** Turns the dictionaries of a PyTorch file into tensors by name, and checks every number of every tensor against the bytes there are. */
final class StateDict {

    /** Where a storage's bytes lie. */
    record Region(long offset, long bytes) {}

    /** Finds the bytes of a storage. */
    interface Storages {

        /** @throws CheckpointException when the file has none for it */
        Region find(Pickled.Storage storage) throws CheckpointException;
    }

    private static final int MAX_ENTRIES = 200_000;
    private static final int MAX_DEPTH = 16;
    private static final int MAX_NAME = 1000;

    private final FileBytes file;
    private final Storages storages;
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> unreadable = new LinkedHashMap<>();
    private int entries;

    private StateDict(FileBytes file, Storages storages) {
        this.file = file;
        this.storages = storages;
    }

    static Checkpoint read(FileBytes file, Pickled root, Storages storages) throws CheckpointException {
        if (!(root instanceof Pickled.Dict dict)) {
            String found = root instanceof Pickled.Opaque opaque ? opaque.what() : "something else";
            throw new CheckpointException(
                    file.name() + " holds " + found + " where a dictionary of tensors is needed: save its state_dict() instead");
        }
        StateDict all = new StateDict(file, storages);
        all.walk("", dict, 0);
        return new Checkpoint(file.path(), all.tensors, all.unreadable);
    }

    // Dictionaries that hold each other, or the same one many times, end at one of the two bounds.
    private void walk(String prefix, Pickled.Dict dict, int depth) throws CheckpointException {
        if (depth > MAX_DEPTH) {
            throw new CheckpointException(file.name() + " holds dictionaries in dictionaries, more than " + MAX_DEPTH + " deep");
        }
        for (Map.Entry<String, Pickled> entry : dict.entries().entrySet()) {
            if (++entries > MAX_ENTRIES) {
                throw new CheckpointException(file.name() + " holds more than " + MAX_ENTRIES + " entries");
            }
            if (prefix.length() + entry.getKey().length() > MAX_NAME) {
                throw new CheckpointException(file.name() + " holds names of more than " + MAX_NAME + " characters");
            }
            String name = prefix + entry.getKey();
            switch (entry.getValue()) {
                case Pickled.Dict inner -> walk(name + ".", inner, depth + 1);
                case Pickled.Array array -> add(name, array);
                case Pickled.Opaque opaque -> unreadable.put(name, "is " + opaque.what() + ", which is never made");
                default -> {
                    // Step counters, notes and the like.
                }
            }
        }
    }

    private void add(String name, Pickled.Array array) throws CheckpointException {
        DType stored = array.storage().type().dtype().orElse(null);
        DType dtype = array.type().dtype().orElse(null);
        if (stored == null || dtype == null) {
            String type = stored == null ? array.storage().type().name() : array.type().name();
            unreadable.put(name, "has the element type " + type + ", which is not supported");
            return;
        }
        Region region = storages.find(array.storage());
        long elements = array.storage().elements();
        // As many bytes as its elements need; divided, because the product may not be a number any more.
        if (elements < 0 || region.bytes() % stored.bytes() != 0 || region.bytes() / stored.bytes() != elements) {
            throw refused(name, "says its data has " + elements + " elements, which the " + region.bytes() + " bytes there do not hold");
        }
        long capacity = region.bytes() / dtype.bytes();
        Shape shape = shape(name, array);
        long first = first(name, array);
        if (shape.elements() > 0 && last(name, array, first) >= capacity) {
            throw refused(name, "reaches beyond the end of its data");
        }
        if (shape.elements() > capacity) {
            unreadable.put(name, "repeats elements to the shape " + shape + " and must be saved as a copy");
            return;
        }
        StoredTensor tensor = new StoredTensor(name, dtype, shape, file.path(),
                shape.elements() == 0 ? region.offset() : region.offset() + first * dtype.bytes(), array.strides());
        if (tensors.put(name, tensor) != null) {
            throw refused(name, "is there twice");
        }
    }

    private Shape shape(String name, Pickled.Array array) throws CheckpointException {
        try {
            if (array.sizes().length == array.strides().length) {
                return Shape.of(array.sizes());
            }
        } catch (IllegalArgumentException e) {
            throw refused(name, "has an impossible shape: " + e.getMessage());
        }
        throw refused(name, "has " + array.sizes().length + " sizes and " + array.strides().length + " strides");
    }

    private long first(String name, Pickled.Array array) throws CheckpointException {
        if (array.offset() < 0 || array.storage().shift() < 0) {
            throw refused(name, "begins before its data");
        }
        try {
            return Math.addExact(array.offset(), array.storage().shift());
        } catch (ArithmeticException e) {
            throw refused(name, "reaches beyond the end of its data");
        }
    }

    private long last(String name, Pickled.Array array, long first) throws CheckpointException {
        try {
            long last = first;
            for (int axis = 0; axis < array.sizes().length; axis++) {
                if (array.strides()[axis] < 0) {
                    throw refused(name, "has a negative stride");
                }
                last = Math.addExact(last, Math.multiplyExact(array.sizes()[axis] - 1, array.strides()[axis]));
            }
            return last;
        } catch (ArithmeticException e) {
            throw refused(name, "reaches beyond the end of its data");
        }
    }

    private CheckpointException refused(String name, String why) {
        String shown = name.length() <= 200 ? name : name.substring(0, 200) + "...";
        return new CheckpointException(file.name() + ": " + shown + " " + why);
    }
}
