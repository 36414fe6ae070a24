package dev.caravan.inference.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WritersTest {

    @TempDir
    private Path folder;

    private final List<NewTensor> few = List.of(
            NewTensor.of("matrix", DType.F32, Shape.of(2, 3), 1, 2, 3, 4, 5, 6),
            NewTensor.of("half", DType.F16, Shape.of(3), 0.5f, -1, 65504),
            NewTensor.of("brain", DType.BF16, Shape.of(1, 2), 1.00390625f, -3),
            NewTensor.of("number", DType.F32, Shape.of(), 7),
            NewTensor.of("nothing", DType.F32, Shape.of(0, 4)));

    @Test
    void whatIsWrittenAsSafetensorsIsReadAgain() throws CheckpointException {
        Path file = folder.resolve("few.safetensors");
        SafetensorsWriter.write(file, few, Map.of("by", "a test"), ByteProgress.NONE);
        assertFew(Checkpoint.open(file));
        assertEquals(0, Checkpoint.open(file).require("matrix").offset() % 64);
    }

    @Test
    void whatIsWrittenAsATorchZipIsReadAgain() throws CheckpointException {
        Path file = folder.resolve("few.pt");
        TorchZipWriter.write(file, few, ByteProgress.NONE);
        assertFew(Checkpoint.open(file));
        Checkpoint.open(file).tensors().values().forEach(tensor -> assertEquals(0, tensor.offset() % 64, tensor.name()));
    }

    @Test
    void whatIsWrittenAsADictionaryInsideOneIsFoundUnderItsKey() throws CheckpointException {
        Path file = folder.resolve("nested.pt");
        TorchZipWriter.writeNested(file, Map.of("generator", few), ByteProgress.NONE);
        assertFew(Checkpoint.open(file).nested("generator").orElseThrow());
        assertEquals(5, Checkpoint.open(file).tensors().size());
        assertEquals(false, Checkpoint.open(file).nested("gen").isPresent());
    }

    @Test
    void aZipWithTheRecordsOfLargeFilesIsReadAgain() throws CheckpointException, IOException {
        Path file = folder.resolve("large.pt");
        PickleOutput pickle = new PickleOutput();
        TorchZipWriter.dictionary(pickle, few, 0);
        TorchZipWriter.write(file, pickle, few, ByteProgress.NONE, 1);
        assertFew(Checkpoint.open(file));
        assertJavaReadsAllOf(file);
    }

    @Test
    void otherProgramsFindTheChecksumsOfAZipRight() throws CheckpointException, IOException {
        Path file = folder.resolve("few.pt");
        TorchZipWriter.write(file, few, ByteProgress.NONE);
        assertJavaReadsAllOf(file);
    }

    private static void assertJavaReadsAllOf(Path file) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertEquals(8, zip.size());
            for (var entry : zip.stream().toList()) {
                try (InputStream in = zip.getInputStream(entry)) {
                    java.util.zip.CRC32 sum = new java.util.zip.CRC32();
                    sum.update(in.readAllBytes());
                    assertEquals(entry.getCrc(), sum.getValue(), entry.getName());
                }
            }
        }
    }

    private static void assertFew(Checkpoint checkpoint) throws CheckpointException {
        assertEquals(List.of("matrix", "half", "brain", "number", "nothing"), List.copyOf(checkpoint.tensors().keySet()));
        assertEquals(Shape.of(2, 3), checkpoint.require("matrix").shape());
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, Checkpoint.floats(checkpoint.require("matrix")));
        assertArrayEquals(new float[] {0.5f, -1, 65504}, Checkpoint.floats(checkpoint.require("half")));
        // Half way between two bf16 numbers: the even one.
        assertArrayEquals(new float[] {1, -3}, Checkpoint.floats(checkpoint.require("brain")));
        assertEquals(Shape.of(), checkpoint.require("number").shape());
        assertArrayEquals(new float[] {7}, Checkpoint.floats(checkpoint.require("number")));
        assertArrayEquals(new float[0], Checkpoint.floats(checkpoint.require("nothing")));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void everyElementTypeSurvivesBothKindsOfFile(DType dtype) throws CheckpointException {
        byte[] bytes = new byte[6 * dtype.bytes()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 37 + 1);
        }
        List<NewTensor> one = List.of(new NewTensor("t", dtype, Shape.of(2, 3), sink -> sink.write(MemorySegment.ofArray(bytes))));
        SafetensorsWriter.write(folder.resolve("t.safetensors"), one, Map.of(), ByteProgress.NONE);
        TorchZipWriter.write(folder.resolve("t.pt"), one, ByteProgress.NONE);
        for (String name : List.of("t.safetensors", "t.pt")) {
            StoredTensor tensor = Checkpoint.open(folder.resolve(name)).require("t");
            assertEquals(dtype, tensor.dtype());
            assertEquals(Shape.of(2, 3), tensor.shape());
            try (Arena arena = Arena.ofConfined()) {
                assertArrayEquals(bytes, Checkpoint.bytes(tensor, arena).toArray(ValueLayout.JAVA_BYTE));
            }
        }
    }

    @Test
    void aWriterThatFailsLeavesNothingAndKeepsWhatWasThere() throws IOException, CheckpointException {
        Path file = folder.resolve("kept.safetensors");
        SafetensorsWriter.write(file, few, Map.of(), ByteProgress.NONE);
        List<NewTensor> broken = List.of(few.getFirst(), new NewTensor("short", DType.F32, Shape.of(2),
                sink -> sink.write(MemorySegment.ofArray(new float[1]))));
        CheckpointException refusal = assertThrows(CheckpointException.class,
                () -> SafetensorsWriter.write(file, broken, Map.of(), ByteProgress.NONE));
        Refusals.said(refusal, "short", "4 bytes too few");
        assertFew(Checkpoint.open(file));
        try (var files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void aSourceThatGivesTooMuchIsStopped() {
        List<NewTensor> broken = List.of(new NewTensor("long", DType.F32, Shape.of(1),
                sink -> sink.write(MemorySegment.ofArray(new float[2]))));
        CheckpointException refusal = assertThrows(CheckpointException.class,
                () -> TorchZipWriter.write(folder.resolve("x.pt"), broken, ByteProgress.NONE));
        Refusals.said(refusal, "long", "more than its 4 bytes");
    }

    @Test
    void progressEndsAtTheTotal() throws CheckpointException {
        List<String> heard = new ArrayList<>();
        SafetensorsWriter.write(folder.resolve("p.safetensors"), few, Map.of(), (done, total) -> heard.add(done + "/" + total));
        assertEquals(List.of("24/38", "30/38", "34/38", "38/38"), heard);
    }
}
