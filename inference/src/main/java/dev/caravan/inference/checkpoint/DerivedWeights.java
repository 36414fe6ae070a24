package dev.caravan.inference.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps weights in the form a network needs them where their own file has another one: merged with adapters, in another element type, in
 * one piece. Only tensors that change are written, once per model, to {@code <folder>/<model>-<digest>.safetensors}; the digest is over
 * everything they are made from, so a file that fits is used again. Any other one of the same model is removed, or all but the newest few:
 * where a model is merged now with these adapters, now with those, each file has gigabytes.
 *
 * <p>Thread-safe, and safe beside other processes with the same folder: one writes, the others wait and use what it wrote. Sessions must be
 * made from what was given before something else is derived for the same model: its file is then gone.
 */
public final class DerivedWeights {

    private static final Logger LOG = LoggerFactory.getLogger(DerivedWeights.class);
    private static final String VERSION = "derived weights 1";
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9._-]{1,100}");
    /** Locks on files are between processes; this one is between threads. */
    private static final ReentrantLock ONE_AT_A_TIME = new ReentrantLock();

    private final Path folder;
    private final int kept;

    /** @param folder made when it is needed */
    public DerivedWeights(Path folder) {
        this(folder, 1);
    }

    private DerivedWeights(Path folder, int kept) {
        this.folder = folder;
        this.kept = kept;
    }

    /** Keeping that many files of one model: the one asked for, and of the others those that were written last. */
    public DerivedWeights keeping(int files) {
        return new DerivedWeights(folder, files);
    }

    /**
     * The source's tensors with what the recipe changes in their place.
     *
     * @param model letters, digits, dot, dash and underscore: as many files are kept for each
     * @throws CheckpointException when the source does not fit the recipe, or the disk is full or cannot be written to
     */
    public Checkpoint of(String model, Checkpoint source, Recipe recipe, ByteProgress progress) throws CheckpointException {
        if (!MODEL.matcher(model).matches()) {
            throw new IllegalArgumentException("no name for a file: " + model);
        }
        List<NewTensor> changed = recipe.changed(source);
        if (changed.isEmpty()) {
            return source;
        }
        String digest = digest(source, recipe, changed);
        Path file = folder.resolve(model + "-" + digest + ".safetensors");
        ONE_AT_A_TIME.lock();
        try {
            makeFolder();
            try (FileChannel channel = FileChannel.open(
                            folder.resolve(model + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                Checkpoint derived = Files.exists(file) ? reused(model, file, changed, progress) : written(model, file, changed, progress);
                removeOthers(model, file, kept - 1);
                return view(source, derived);
            }
        } catch (IOException e) {
            throw CheckpointException.writing(file, e);
        } finally {
            ONE_AT_A_TIME.unlock();
        }
    }

    private void makeFolder() throws IOException, CheckpointException {
        try {
            Files.createDirectories(folder);
        } catch (FileAlreadyExistsException e) {
            throw new CheckpointException(
                    "the folder " + folder.getFileName() + " of the models folder cannot be made: there is a file of that name", e);
        }
    }

    private static String digest(Checkpoint source, Recipe recipe, List<NewTensor> changed) throws CheckpointException {
        List<String> lines = new ArrayList<>(List.of(VERSION));
        TreeSet<Path> files = new TreeSet<>();
        for (StoredTensor tensor : source.tensors().values()) {
            lines.add(tensor.name() + " " + tensor.dtype() + tensor.shape() + Arrays.toString(tensor.strides()) + tensor.offset());
            files.add(tensor.file());
        }
        for (Path file : files) {
            lines.add(Fingerprint.of(file));
        }
        lines.addAll(recipe.ingredients());
        for (NewTensor tensor : changed) {
            lines.add(tensor.name() + " " + tensor.dtype() + tensor.shape());
        }
        return Fingerprint.of(lines);
    }

    private Checkpoint reused(String model, Path file, List<NewTensor> changed, ByteProgress progress)
            throws CheckpointException, IOException {
        try {
            Checkpoint derived = Checkpoint.open(file);
            for (NewTensor tensor : changed) {
                StoredTensor stored = derived.require(tensor.name());
                if (stored.dtype() != tensor.dtype() || !stored.shape().equals(tensor.shape())) {
                    throw new CheckpointException(tensor.name() + " is " + stored.dtype() + stored.shape());
                }
            }
            return derived;
        } catch (CheckpointException e) {
            // Whole files only get this name: somebody else changed it since.
            LOG.warn("A derived file is made again: {}", e.getMessage());
            return written(model, file, changed, progress);
        }
    }

    private Checkpoint written(String model, Path file, List<NewTensor> changed, ByteProgress progress)
            throws CheckpointException, IOException {
        long needed = changed.stream().mapToLong(NewTensor::bytes).sum();
        if (needed > Files.getFileStore(folder).getUsableSpace()) {
            removeOthers(model, file, 0);
        }
        long free = Files.getFileStore(folder).getUsableSpace();
        if (needed > free) {
            throw new CheckpointException("The weights derived for " + file.getFileName() + " need " + megabytes(needed)
                    + " where only " + megabytes(free) + " are free: make room in " + folder.getFileName());
        }
        LOG.info("Writing {} derived tensors, {}", changed.size(), megabytes(needed));
        SafetensorsWriter.write(file, changed, Map.of("made_by", VERSION), progress);
        return Checkpoint.open(file);
    }

    private static String megabytes(long bytes) {
        return Math.ceilDiv(bytes, 1_000_000) + " MB";
    }

    /** Files of the same model that something else was made from, but for the newest few, and what a crash left. */
    private void removeOthers(String model, Path file, int newest) throws IOException {
        Pattern ours = Pattern.compile(Pattern.quote(model) + "-[0-9a-f]{64}\\.safetensors(\\.[0-9a-f-]+\\" + FileOutput.INCOMPLETE + ")?");
        List<Path> others;
        try (Stream<Path> files = Files.list(folder)) {
            others = files.filter(other -> !other.equals(file) && ours.matcher(other.getFileName().toString()).matches()).toList();
        }
        Comparator<Path> byAge = Comparator.comparing((Path other) -> other.toFile().lastModified()).reversed();
        Predicate<Path> whole = other -> !other.toString().endsWith(FileOutput.INCOMPLETE);
        Set<Path> staying = others.stream().filter(whole).sorted(byAge.thenComparing(Comparator.naturalOrder())).limit(newest)
                .collect(Collectors.toSet());
        for (Path other : others) {
            try {
                if (!staying.contains(other)) {
                    Files.deleteIfExists(other);
                }
            } catch (IOException e) {
                LOG.warn("{} is not needed any more but cannot be removed", other.getFileName());
            }
        }
    }

    private static Checkpoint view(Checkpoint source, Checkpoint derived) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>(source.tensors());
        tensors.putAll(derived.tensors());
        return new Checkpoint(source.path(), tensors, source.unreadable());
    }
}
