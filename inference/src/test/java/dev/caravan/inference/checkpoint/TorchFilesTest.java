package dev.caravan.inference.checkpoint;

import static dev.caravan.inference.checkpoint.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two kinds of PyTorch files around their pickles. */
class TorchFilesTest {

    private static final List<NewTensor> ONE = List.of(NewTensor.of("a", DType.F32, Shape.of(2), 1, 2));

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("x.pt");
    }

    @Test
    void noBeginningOfAZipIsTakenForTheWhole() throws IOException, CheckpointException {
        TorchZipWriter.write(file, ONE, ByteProgress.NONE);
        Refusals.refusedHoweverShort(file);
    }

    @Test
    void noBeginningOfALargeZipIsTakenForTheWhole() throws IOException, CheckpointException {
        PickleOutput pickle = new PickleOutput();
        TorchZipWriter.dictionary(pickle, ONE, 0);
        TorchZipWriter.write(file, pickle, ONE, ByteProgress.NONE, 1);
        Refusals.refusedHoweverShort(file);
    }

    @Test
    void noBeginningOfAnOldFileIsTakenForTheWhole() throws IOException {
        Files.write(file, legacy("FloatStorage", 2, 2, 8));
        Refusals.refusedHoweverShort(file);
    }

    @Test
    void anOldFileIsRead() throws IOException, CheckpointException {
        Files.write(file, legacy("FloatStorage", 2, 2, 8));
        assertArrayEquals(new float[] {1, 2}, Checkpoint.floats(Checkpoint.open(file).require("a")));
    }

    @Test
    void anOldFileWithMoreOrLessDataThanItSaysIsRefused() throws IOException {
        Files.write(file, legacy("FloatStorage", 2, 2, 9));
        refused(file, "1 bytes more than its tensors");
        Files.write(file, legacy("FloatStorage", 2, 3, 8));
        refused(file, "ends inside its tensors");
        Files.write(file, legacy("FloatStorage", 2, -1, 8));
        refused(file, "ends inside its tensors");
        Files.write(file, legacy("FloatStorage", 2, Long.MAX_VALUE, 8));
        refused(file, "ends inside its tensors");
        Files.write(file, legacy("FloatStorage", 2, 1, 4));
        refused(file, "a says its data has 2 elements, which the 4 bytes");
        Files.write(file, legacy("QInt8Storage", 2, 2, 8));
        refused(file, "holds data of the type QInt8Storage");
    }

    /** The five pickles, one storage of 1, 2, ... with the key k, and as many bytes of data. */
    private static byte[] legacy(String type, long described, long stored, int bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Container.LEGACY_MAGIC);
        out.writeBytes(new PickleOutput().whole(1001).op(Opcode.STOP).bytes());
        out.writeBytes(new PickleOutput().op(Opcode.EMPTY_DICT).text("little_endian").op(Opcode.NEWTRUE).op(Opcode.SETITEM)
                .op(Opcode.STOP).bytes());
        out.writeBytes(new PickleOutput().op(Opcode.EMPTY_DICT).text("a")
                .global("torch._utils", "_rebuild_tensor_v2").op(Opcode.MARK)
                .op(Opcode.MARK).text("storage").global("torch", type).text("k").text("cpu").whole(described).op(Opcode.NONE)
                .op(Opcode.TUPLE).op(Opcode.BINPERSID)
                .whole(0).wholes(2).wholes(1).op(Opcode.NEWFALSE).op(Opcode.NONE).op(Opcode.TUPLE).op(Opcode.REDUCE)
                .op(Opcode.SETITEM).op(Opcode.STOP).bytes());
        out.writeBytes(new PickleOutput().op(Opcode.EMPTY_LIST).text("k").op(Opcode.APPEND).op(Opcode.STOP).bytes());
        ByteBuffer data = ByteBuffer.allocate(8 + 64).order(ByteOrder.LITTLE_ENDIAN).putLong(stored).putFloat(1).putFloat(2);
        out.write(data.array(), 0, 8 + bytes);
        return out.toByteArray();
    }

    @Test
    void aCompressedZipIsRefusedWithWhatToDo() throws IOException {
        zip("x/data.pkl", "}.".repeat(50));
        refused(file, "x/data.pkl is compressed", "torch.save");
    }

    @Test
    void aZipThatIsNoCheckpointIsCalledSo() throws IOException {
        zip("readme.txt", "hello");
        refused(file, "no data.pkl", "no PyTorch checkpoint");
    }

    private void zip(String name, String content) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void aZipWithoutTheDataOfATensorIsRefusedByTheEntryItLacks() throws CheckpointException {
        PickleOutput pickle = new PickleOutput();
        TorchZipWriter.dictionary(pickle, ONE, 5);
        TorchZipWriter.write(file, pickle, ONE, ByteProgress.NONE, 0xFFFFFFFFL);
        refused(file, "it lacks archive/data/5");
    }

    @Test
    void aZipWithTwoPicklesOrTwoEntriesOfOneNameIsRefused() throws CheckpointException {
        entries("a/data.pkl", "b/data.pkl");
        refused(file, "more than one data.pkl");
        entries("a/data.pkl", "a/x", "a/x");
        refused(file, "two entries called a/x");
    }

    @Test
    void aZipOfABigEndianMachineIsRefused() throws CheckpointException {
        FileOutput.write(file, List.of(), ByteProgress.NONE, out -> {
            ZipOutput zip = new ZipOutput(out, 0xFFFFFFFFL);
            zip.entry("a/data.pkl", new PickleOutput().op(Opcode.EMPTY_DICT).op(Opcode.STOP).bytes());
            zip.entry("a/byteorder", "big".getBytes(StandardCharsets.UTF_8));
            zip.finish();
        });
        refused(file, "big-endian");
    }

    private void entries(String... names) throws CheckpointException {
        FileOutput.write(file, List.of(), ByteProgress.NONE, out -> {
            ZipOutput zip = new ZipOutput(out, 0xFFFFFFFFL);
            for (String name : names) {
                zip.entry(name, new PickleOutput().op(Opcode.EMPTY_DICT).op(Opcode.STOP).bytes());
            }
            zip.finish();
        });
    }

    @Test
    void aZipWhoseEntriesAreNotWhereItSaysIsRefused() throws CheckpointException, IOException {
        TorchZipWriter.write(file, ONE, ByteProgress.NONE);
        byte[] bytes = Files.readAllBytes(file);
        int directory = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(bytes.length - 22 + 16);
        // The first entry's local header: 42 bytes into its record.
        bytes[directory + 42] ^= 4;
        Files.write(file, bytes);
        refused(file, "archive/data.pkl is not where its directory says");
        bytes[directory + 42] ^= 4;
        bytes[directory + 24 + 3] = 1;
        Files.write(file, bytes);
        refused(file, "archive/data.pkl has impossible sizes");
        assertEquals(0x50, bytes[directory]);
    }
}
