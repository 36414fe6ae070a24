package dev.caravan.inference.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * PyTorch's file before 1.6: pickles one after the other (magic number, protocol, the machine, the state, the keys of the storages), then
 * each storage as its number of elements and its bytes (spec checkpoints.md §4).
 */
final class TorchLegacy {

    private static final int PROTOCOL = 1001;
    private static final int MAX_PICKLES = 32 << 20;

    private final FileBytes file;
    /** By key, as the state describes them. */
    private final Map<String, Pickled.Storage> described = new HashMap<>();
    private final Map<String, StateDict.Region> regions = new HashMap<>();

    private TorchLegacy(FileBytes file) {
        this.file = file;
    }

    static Checkpoint read(FileBytes file) throws IOException, CheckpointException {
        return new TorchLegacy(file).read();
    }

    private Checkpoint read() throws IOException, CheckpointException {
        byte[] head = file.read(0, (int) Math.min(MAX_PICKLES, file.size()));
        PickleInput in = new PickleInput(file.name(), head, Container.LEGACY_MAGIC.length);
        TorchPickle torch = new TorchPickle();
        if (!(Pickle.read(in, torch) instanceof Pickled.Whole protocol) || protocol.value() != PROTOCOL) {
            throw new CheckpointException(file.name() + " has a protocol other than " + PROTOCOL);
        }
        if (Pickle.read(in, torch) instanceof Pickled.Dict machine
                && machine.entries().get("little_endian") == Pickled.Plain.FALSE) {
            throw new CheckpointException(file.name() + " was written by a big-endian machine: save it again on another one");
        }
        Pickled state = Pickle.read(in, new Noting(torch));
        locate(keys(Pickle.read(in, torch)), in.position());
        return StateDict.read(file, state, storage -> {
            StateDict.Region region = regions.get(storage.key());
            if (region == null) {
                throw new CheckpointException(file.name() + " is damaged, download it again: it lacks the data " + storage.key());
            }
            return region;
        });
    }

    private List<String> keys(Pickled list) throws CheckpointException {
        List<String> keys = new ArrayList<>();
        if (list instanceof Pickled.Items items) {
            for (Pickled item : items.items()) {
                if (item instanceof Pickled.Text text) {
                    keys.add(text.value());
                }
            }
            if (keys.size() == items.items().size()) {
                return keys;
            }
        }
        throw new CheckpointException(file.name() + " is damaged, download it again: it has no list of its data");
    }

    private void locate(List<String> keys, long from) throws IOException, CheckpointException {
        long at = from;
        for (String key : keys) {
            Pickled.Storage storage = described.get(key);
            if (storage == null) {
                throw new CheckpointException(file.name() + " is damaged, download it again: it holds data no tensor speaks of");
            }
            if (storage.type().dtype().isEmpty()) {
                // Without its element type nobody knows where the next one begins.
                throw new CheckpointException(file.name() + " holds data of the type " + storage.type().name()
                        + ", which is not supported");
            }
            int each = storage.type().dtype().get().bytes();
            if (at > file.size() - 8) {
                throw ends();
            }
            long elements = file.littleEndian(at, 8).getLong();
            at += 8;
            if (elements < 0 || elements > (file.size() - at) / each) {
                throw ends();
            }
            regions.put(key, new StateDict.Region(at, elements * each));
            at += elements * each;
        }
        if (at != file.size()) {
            throw new CheckpointException(file.name() + " has " + (file.size() - at) + " bytes more than its tensors: download it again");
        }
    }

    private CheckpointException ends() {
        return new CheckpointException(file.name() + " ends inside its tensors: download it again");
    }

    /** Remembers the storages that the state speaks of. */
    private final class Noting implements Pickle.Host {

        private final Pickle.Host host;

        Noting(Pickle.Host host) {
            this.host = host;
        }

        @Override
        public Pickled call(Pickled.Global callable, List<Pickled> arguments) {
            return host.call(callable, arguments);
        }

        @Override
        public Pickled persistent(Pickled id) {
            Pickled value = host.persistent(id);
            if (value instanceof Pickled.Storage storage) {
                described.putIfAbsent(storage.key(), storage);
            }
            return value;
        }
    }
}
