package dev.caravan.inference.checkpoint;

import static dev.caravan.inference.checkpoint.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("x.safetensors");
    }

    /** @param header JSON with single quotes */
    private void write(String header, int dataBytes) throws IOException {
        byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        Files.write(file, ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length).put(json).array());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}} | 12 | b overlaps
            {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[1],'data_offsets':[12,16]}} | 16 | after a gap
            {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'a':{'dtype':'F32','shape':[2],'data_offsets':[8,16]}} | 16 | Duplicate
            {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 9 | 1 bytes more
            {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 7 | ends behind the end
            {'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | 8 | a has 8 bytes, not the 12 of F32[3]
            {'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | 8 | a has -2 among its shape
            {'a':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}} | 8 | a has 2.0 among its shape
            {'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,8]}} | 8 | a is too large
            {'a':{'dtype':'F64','shape':[4611686018427387904],'data_offsets':[0,0]}} | 0 | a is too large
            {'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,8]}} | 8 | among its shape
            {'a':{'dtype':'F32','shape':[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2],'data_offsets':[0,8]}} | 8 | no shape of at most 16
            {'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | 8 | no two offsets in order
            {'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}} | 8 | -8 among its data_offsets
            {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,9223372036854775807]}} | 8 | ends behind the end
            {'a':{'dtype':'F32','shape':[2]}} | 8 | no data_offsets
            {'a':5} | 8 | no data_offsets
            {'a':{'b':{'c':{'d':{'e':{'f':{'g':{'h':{'i':1}}}}}}}}} | 0 | nesting depth
            {'a':{'dtype':'F32' | 0 | damaged header
            {} {} | 0 | damaged header
            {}[] | 0 | damaged header
            """)
    void aDamagedHeaderIsRefusedByWhatIsWrongWithIt(String header, int dataBytes, String words) throws IOException {
        write(header, dataBytes);
        refused(file, "x.safetensors", words);
    }

    @Test
    void aHeaderLongerThanAnyIsRefusedBeforeItIsRead() throws IOException {
        Files.write(file, ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 33).put((byte) '{').array());
        refused(file, "header has 8589934592 bytes");
    }

    @Test
    void aHeaderThatEndsBehindTheFileIsRefused() throws IOException {
        Files.write(file, ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(57).put((byte) '{').array());
        refused(file, "ends inside its header");
    }

    @Test
    void noBeginningOfAFileIsTakenForTheWhole() throws IOException, CheckpointException {
        SafetensorsWriter.write(file, List.of(NewTensor.of("a", DType.F32, Shape.of(2), 1, 2)), Map.of(), ByteProgress.NONE);
        Refusals.refusedHoweverShort(file);
    }

    @Test
    void anEmptyFileWithAHeaderIsAnEmptyCheckpoint() throws IOException, CheckpointException {
        write("{'__metadata__':{'format':'pt'}}", 0);
        assertEquals(Map.of(), Checkpoint.open(file).tensors());
    }

    @Test
    void anElementTypeNobodyComputesWithIsAnErrorOnlyForThoseWhoNeedIt() throws IOException, CheckpointException {
        write("{'a':{'dtype':'U64','shape':[1],'data_offsets':[0,8]},'b':{'dtype':'F8_E4M3','shape':[2],'data_offsets':[8,10]}}", 10);
        Checkpoint checkpoint = Checkpoint.open(file);
        assertArrayEquals(new float[] {0, 0}, Checkpoint.floats(checkpoint.require("b")));
        Refusals.said(assertThrows(CheckpointException.class, () -> checkpoint.require("a")), "a has the element type U64");
        Refusals.said(assertThrows(CheckpointException.class, () -> checkpoint.require("c")), "has no tensor c");
    }

    @Test
    void aNameCannotBreakTheLineOfAMessage() throws IOException {
        write("{'a\\nError: b':5}", 0);
        refused(file, "a?Error: b has no data_offsets");
    }

    @Test
    void whatIsNoCheckpointIsCalledSo() throws IOException {
        Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
        refused(file, "x.safetensors is neither");
        refused(folder, "is not a file");
        refused(folder.resolve("none.pt"), "none.pt is not there");
    }

    @Test
    void aTensorOfAFileThatBecameShorterIsAnErrorAndNoCrash() throws IOException, CheckpointException {
        write("{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}", 8);
        StoredTensor tensor = Checkpoint.open(file).require("a");
        write("{}", 0);
        Refusals.said(assertThrows(CheckpointException.class, () -> Checkpoint.floats(tensor)), "became shorter");
    }
}
