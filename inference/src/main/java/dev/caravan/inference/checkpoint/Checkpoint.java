package dev.caravan.inference.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Tensors by name, in file order. Immutable, thread-safe; holds no file open. Usually they all lie in {@link #path}; a checkpoint made by
 * {@link DerivedWeights} also has some in another file.
 *
 * <p>Dictionaries inside dictionaries are one list of names, joined with dots: {@code generator.blocks.0.modulation}. A generator's names
 * are therefore {@code open(path).nested("generator").orElse(all).modelNames()}.
 *
 * @param path       the file that was opened
 * @param tensors    by name
 * @param unreadable names of what stands in the file where a tensor could but cannot be used, with the reason: values of classes that are
 *                   not known (and are never made), element types nobody computes with. An error only for those who need one of them
 */
public record Checkpoint(Path path, Map<String, StoredTensor> tensors, Map<String, String> unreadable) {

    public Checkpoint {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        unreadable = Collections.unmodifiableMap(new LinkedHashMap<>(unreadable));
    }

    public Checkpoint(Path path, Map<String, StoredTensor> tensors) {
        this(path, tensors, Map.of());
    }

    /**
     * Reads the table of contents of a safetensors file, a PyTorch zip (.pt, .pth) or a PyTorch file older than 1.6.
     *
     * @throws CheckpointException when it is none of these or is damaged
     */
    public static Checkpoint open(Path path) throws CheckpointException {
        try (FileBytes file = FileBytes.open(path)) {
            return switch (Container.of(file)) {
                case SAFETENSORS -> Safetensors.read(file);
                case TORCH_ZIP -> TorchZip.read(file);
                case TORCH_LEGACY -> TorchLegacy.read(file);
            };
        } catch (IOException e) {
            throw CheckpointException.reading(path, e);
        }
    }

    /**
     * The same for a file that must be safetensors, whatever its name: what came from outside is read as nothing else.
     *
     * @throws CheckpointException when it is not or is damaged
     */
    public static Checkpoint openSafetensors(Path path) throws CheckpointException {
        try (FileBytes file = FileBytes.open(path)) {
            if (Container.of(file) != Container.SAFETENSORS) {
                throw new CheckpointException(file.name() + " is a PyTorch checkpoint");
            }
            return Safetensors.read(file);
        } catch (IOException e) {
            throw CheckpointException.reading(path, e);
        }
    }

    public Optional<StoredTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /**
     * A tensor that must be there.
     *
     * @throws CheckpointException when it is not, or cannot be used; {@link Requirements} tells of all such at once
     */
    public StoredTensor require(String name) throws CheckpointException {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            String reason = unreadable.get(name);
            throw new CheckpointException(fileName() + (reason == null ? " has no tensor " + name : ": " + name + " " + reason));
        }
        return tensor;
    }

    /**
     * A tensor whose presence {@link Requirements} has checked already, so that {@code checkpoint::get} gives a network its weights.
     *
     * @throws IllegalArgumentException when there is none
     */
    public StoredTensor get(String name) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException(fileName() + " has no tensor " + name);
        }
        return tensor;
    }

    /** What a dictionary inside this one holds, under the names it has there; empty when there is no such dictionary. */
    public Optional<Checkpoint> nested(String key) {
        String prefix = key + ".";
        Map<String, StoredTensor> inside = new LinkedHashMap<>();
        Map<String, String> unreadableInside = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                inside.put(name.substring(prefix.length()), tensor.named(name.substring(prefix.length())));
            }
        });
        unreadable.forEach((name, reason) -> {
            if (name.startsWith(prefix)) {
                unreadableInside.put(name.substring(prefix.length()), reason);
            }
        });
        return inside.isEmpty() && unreadableInside.isEmpty()
                ? Optional.empty()
                : Optional.of(new Checkpoint(path, inside, unreadableInside));
    }

    /**
     * The same tensors under the names a network uses: without what training wrappers insert, and without {@code model.} where all names
     * begin with it (spec checkpoints.md §2).
     *
     * @throws CheckpointException when two tensors would have the same name
     */
    public Checkpoint modelNames() throws CheckpointException {
        Checkpoint unwrapped =
                renamed(name -> name.replace("_fsdp_wrapped_module.", "").replace("_checkpoint_wrapped_module.", ""));
        boolean all = unwrapped.tensors.keySet().stream().allMatch(name -> name.startsWith("model."));
        return all ? unwrapped.renamed(name -> name.startsWith("model.") ? name.substring("model.".length()) : name) : unwrapped;
    }

    private Checkpoint renamed(UnaryOperator<String> to) throws CheckpointException {
        Map<String, StoredTensor> named = new LinkedHashMap<>();
        for (StoredTensor tensor : tensors.values()) {
            String name = to.apply(tensor.name());
            if (named.put(name, tensor.named(name)) != null) {
                throw new CheckpointException(fileName() + " has two tensors for the name " + name);
            }
        }
        Map<String, String> reasons = new LinkedHashMap<>();
        unreadable.forEach((name, reason) -> reasons.put(to.apply(name), reason));
        return new Checkpoint(path, named, reasons);
    }

    /** The file's name without its folder, as messages have it. */
    public String fileName() {
        return String.valueOf(path.getFileName());
    }

    /**
     * Copies one tensor as floats, row-major, whatever its type and strides.
     *
     * @throws CheckpointException when the file cannot be read any more, or it has more than 2^31 - 9 elements
     */
    public static float[] floats(StoredTensor tensor) throws CheckpointException {
        if (tensor.shape().elements() > Integer.MAX_VALUE - 8) {
            throw new CheckpointException(tensor.name() + " has too many elements to copy: " + tensor.shape());
        }
        try (Arena arena = Arena.ofConfined()) {
            return TensorBytes.floats(tensor.dtype(), TensorBytes.rowMajor(tensor, arena));
        }
    }

    /**
     * The bytes of one tensor, row-major: the file itself, mapped read-only, where they follow each other there, else a copy.
     *
     * @param arena says how long they can be used
     * @throws CheckpointException when the file cannot be read any more
     */
    public static MemorySegment bytes(StoredTensor tensor, Arena arena) throws CheckpointException {
        return TensorBytes.rowMajor(tensor, arena);
    }
}
