package dev.caravan.inference.checkpoint;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes .pt files as {@code torch.save} does: {@code torch.load} reads them, {@code weights_only} too. Every tensor has its own data. */
public final class TorchZipWriter {

    private static final String ROOT = "archive/";

    private TorchZipWriter() {}

    /**
     * Writes one dictionary of tensors; the file has its name only when it is whole.
     *
     * @throws CheckpointException when it cannot be written
     */
    public static void write(Path target, List<NewTensor> tensors, ByteProgress progress) throws CheckpointException {
        PickleOutput pickle = new PickleOutput();
        dictionary(pickle, tensors, 0);
        write(target, pickle, tensors, progress, 0xFFFFFFFFL);
    }

    /**
     * Writes dictionaries of tensors inside a dictionary, for example under the key {@code generator}.
     *
     * @throws CheckpointException when it cannot be written
     */
    public static void writeNested(Path target, Map<String, List<NewTensor>> dictionaries, ByteProgress progress)
            throws CheckpointException {
        PickleOutput pickle = new PickleOutput().op(Opcode.EMPTY_DICT).op(Opcode.MARK);
        int storage = 0;
        for (Map.Entry<String, List<NewTensor>> entry : dictionaries.entrySet()) {
            storage = dictionary(pickle.text(entry.getKey()), entry.getValue(), storage);
        }
        pickle.op(Opcode.SETITEMS);
        write(target, pickle, dictionaries.values().stream().flatMap(List::stream).toList(), progress, 0xFFFFFFFFL);
    }

    /** @param large sizes and positions from here on are written as ZIP64 does */
    static void write(Path target, PickleOutput pickle, List<NewTensor> tensors, ByteProgress progress, long large)
            throws CheckpointException {
        FileOutput.write(target, tensors, progress, out -> {
            ZipOutput zip = new ZipOutput(out, large);
            zip.entry(ROOT + "data.pkl", pickle.op(Opcode.STOP).bytes());
            zip.entry(ROOT + "byteorder", "little".getBytes(StandardCharsets.UTF_8));
            int storage = 0;
            for (NewTensor tensor : tensors) {
                zip.entry(ROOT + "data/" + storage++, tensor.bytes(), () -> out.write(tensor));
            }
            zip.entry(ROOT + "version", "3\n".getBytes(StandardCharsets.UTF_8));
            zip.finish();
        });
    }

    /** @return number of the next storage */
    static int dictionary(PickleOutput pickle, List<NewTensor> tensors, int firstStorage) {
        Set<String> names = new HashSet<>();
        int storage = firstStorage;
        emptyDictionary(pickle).op(Opcode.MARK);
        for (NewTensor tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException("there are two tensors called " + tensor.name());
            }
            tensor(pickle.text(tensor.name()), tensor, storage++);
        }
        pickle.op(Opcode.SETITEMS);
        return storage;
    }

    private static PickleOutput emptyDictionary(PickleOutput pickle) {
        return pickle.global("collections", "OrderedDict").op(Opcode.EMPTY_TUPLE).op(Opcode.REDUCE);
    }

    private static void tensor(PickleOutput pickle, NewTensor tensor, int storage) {
        DType dtype = tensor.dtype();
        // Types younger than the classes of storages are said by the tensor, whose data is then bytes.
        boolean untyped = ElementType.storageOf(dtype).isEmpty();
        pickle.global("torch._utils", untyped ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2").op(Opcode.MARK);
        pickle.op(Opcode.MARK).text("storage");
        if (untyped) {
            pickle.global("torch.storage", "UntypedStorage");
        } else {
            pickle.global("torch", ElementType.storageOf(dtype).get());
        }
        pickle.text(Integer.toString(storage)).text("cpu").whole(untyped ? tensor.bytes() : tensor.shape().elements())
                .op(Opcode.TUPLE).op(Opcode.BINPERSID);
        pickle.whole(0).wholes(tensor.shape().dims()).wholes(strides(tensor.shape())).op(Opcode.NEWFALSE);
        emptyDictionary(pickle);
        if (untyped) {
            pickle.global("torch", ElementType.nameOf(dtype));
        }
        pickle.op(Opcode.TUPLE).op(Opcode.REDUCE);
    }

    private static long[] strides(Shape shape) {
        return StoredTensor.contiguous("", DType.U8, shape, Path.of(""), 0).strides();
    }
}
