package dev.caravan.inference.checkpoint;

import java.io.IOException;
import java.util.List;

/**
 * PyTorch's file since 1.6: an uncompressed ZIP with a pickle, {@code <root>/data.pkl}, and one entry per storage,
 * {@code <root>/data/<key>} (spec checkpoints.md §4).
 */
final class TorchZip {

    private static final String PICKLE = "data.pkl";
    private static final int MAX_PICKLE = 32 << 20;

    private TorchZip() {}

    static Checkpoint read(FileBytes file) throws IOException, CheckpointException {
        ZipDirectory zip = ZipDirectory.read(file);
        ZipDirectory.Entry pickle = pickle(file, zip);
        String root = pickle.name().substring(0, pickle.name().length() - PICKLE.length());
        littleEndian(file, zip, root);
        if (pickle.bytes() > MAX_PICKLE) {
            throw new CheckpointException(
                    file.name() + " has a pickle of " + pickle.bytes() + " bytes; at most " + MAX_PICKLE + " are read");
        }
        byte[] bytes = file.read(zip.data(pickle), (int) pickle.bytes());
        Pickled state = Pickle.read(new PickleInput(file.name(), bytes, 0), new TorchPickle());
        return StateDict.read(file, state, storage -> region(file, zip, root + "data/" + storage.key()));
    }

    private static ZipDirectory.Entry pickle(FileBytes file, ZipDirectory zip) throws CheckpointException {
        List<ZipDirectory.Entry> found = zip.entries().values().stream()
                .filter(entry -> entry.name().equals(PICKLE) || entry.name().endsWith("/" + PICKLE))
                .toList();
        if (found.size() != 1) {
            throw new CheckpointException(file.name() + " is a ZIP with " + (found.isEmpty() ? "no " : "more than one ") + PICKLE
                    + ": it is no PyTorch checkpoint");
        }
        return found.getFirst();
    }

    private static void littleEndian(FileBytes file, ZipDirectory zip, String root) throws IOException, CheckpointException {
        ZipDirectory.Entry order = zip.entries().get(root + "byteorder");
        if (order != null && (order.bytes() != 6 || !new String(file.read(zip.data(order), 6)).equals("little"))) {
            throw new CheckpointException(file.name() + " was written by a big-endian machine: save it again on another one");
        }
    }

    private static StateDict.Region region(FileBytes file, ZipDirectory zip, String name) throws CheckpointException {
        ZipDirectory.Entry entry = zip.entries().get(name);
        if (entry == null) {
            throw new CheckpointException(file.name() + " is damaged, download it again: it lacks " + name);
        }
        try {
            return new StateDict.Region(zip.data(entry), entry.bytes());
        } catch (IOException e) {
            throw CheckpointException.reading(file.path(), e);
        }
    }
}
