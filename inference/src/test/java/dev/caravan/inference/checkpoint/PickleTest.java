package dev.caravan.inference.checkpoint;

import static dev.caravan.inference.checkpoint.Refusals.refused;
import static dev.caravan.inference.checkpoint.Refusals.said;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pickles that mean no good, inside a PyTorch file with one storage of six floats, 1 to 6, under the key 0. */
@Timeout(20)
class PickleTest {

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("x.pt");
    }

    private void write(PickleOutput pickle) throws CheckpointException {
        List<NewTensor> six = List.of(NewTensor.of("", DType.F32, Shape.of(6), 1, 2, 3, 4, 5, 6));
        TorchZipWriter.write(file, pickle, six, ByteProgress.NONE, 0xFFFFFFFFL);
    }

    /** A dictionary whose entries the rest writes. */
    private void dictionary(UnaryOperator<PickleOutput> entries) throws CheckpointException {
        write(entries.apply(new PickleOutput().op(Opcode.EMPTY_DICT).op(Opcode.MARK)).op(Opcode.SETITEMS));
    }

    /** A tensor with sizes and strides like {@code 2 3}. */
    private static PickleOutput tensor(PickleOutput pickle, String storageClass, long elements, long offset, String sizes, String strides) {
        return pickle.global("torch._utils", "_rebuild_tensor_v2").op(Opcode.MARK)
                .op(Opcode.MARK).text("storage").global("torch", storageClass).text("0").text("cpu").whole(elements)
                .op(Opcode.TUPLE).op(Opcode.BINPERSID)
                .whole(offset).wholes(longs(sizes)).wholes(longs(strides)).op(Opcode.NEWFALSE).op(Opcode.NONE)
                .op(Opcode.TUPLE).op(Opcode.REDUCE);
    }

    private static long[] longs(String text) {
        return text.isBlank() ? new long[0] : Arrays.stream(text.trim().split(" ")).mapToLong(Long::parseLong).toArray();
    }

    @Test
    void aCallOfTheShellIsNeverMadeAndRefusedByNameWhereATensorIsNeeded() throws CheckpointException {
        Path mark = folder.resolve("executed");
        dictionary(pickle -> tensor(pickle
                .text("evil").global("os", "system").op(Opcode.MARK).text("touch " + mark).op(Opcode.TUPLE).op(Opcode.REDUCE)
                .text("good"), "FloatStorage", 6, 0, "2 3", "3 1"));
        Checkpoint checkpoint = Checkpoint.open(file);
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, Checkpoint.floats(checkpoint.require("good")));
        said(assertThrows(CheckpointException.class, () -> checkpoint.require("evil")), "evil is os.system, which is never made");
        assertFalse(Files.exists(mark));
    }

    @Test
    void aTensorMadeFromSomethingUnknownIsRefusedByItsName() throws CheckpointException {
        dictionary(pickle -> pickle.text("w").global("torch._utils", "_rebuild_tensor_v2").op(Opcode.MARK)
                .global("builtins", "eval").op(Opcode.MARK).text("1").op(Opcode.TUPLE).op(Opcode.REDUCE)
                .whole(0).wholes(2).wholes(1).op(Opcode.NEWFALSE).op(Opcode.NONE).op(Opcode.TUPLE).op(Opcode.REDUCE));
        said(assertThrows(CheckpointException.class, () -> Checkpoint.open(file).require("w")), "w is a tensor described by builtins.eval");
    }

    @Test
    void objectsOfUnknownClassesBesideTheTensorsDoNotDisturb() throws CheckpointException {
        dictionary(pickle -> tensor(pickle
                .text("config").global("omegaconf.dictconfig", "DictConfig").op(Opcode.EMPTY_TUPLE).op(Opcode.NEWOBJ)
                .op(Opcode.EMPTY_DICT).op(Opcode.BUILD)
                .text("rng").global("numpy", "dtype").op(Opcode.EMPTY_TUPLE).op(Opcode.REDUCE)
                .op(Opcode.MARK).text("a").whole(1).op(Opcode.SETITEMS)
                .text("lr").whole(5)
                .text("good"), "FloatStorage", 6, 0, "6", "1"));
        assertEquals(List.of("good"), List.copyOf(Checkpoint.open(file).tensors().keySet()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            FloatStorage  | 6  | 1  | 2 3  | 3 1  | reaches beyond the end of its data
            FloatStorage  | 6  | -1 | 2    | 1    | begins before its data
            FloatStorage  | 6  | 0  | 2 -1 | 1 1  | an impossible shape
            FloatStorage  | 6  | 0  | 2    | -1   | a negative stride
            FloatStorage  | 6  | 0  | 2    | 1 1  | 1 sizes and 2 strides
            FloatStorage  | 6  | 0  | 2    | 6    | reaches beyond the end of its data
            FloatStorage  | 6  | 0  | 4611686018427387904 4611686018427387904 | 0 0 | an impossible shape
            FloatStorage  | 6  | 0  | 2    | 9223372036854775807 | reaches beyond the end of its data
            FloatStorage  | 6  | 9223372036854775807 | 2 | 1 | reaches beyond the end of its data
            FloatStorage  | 7  | 0  | 2    | 1    | has 7 elements, which the 24 bytes
            FloatStorage  | -6 | 0  | 2    | 1    | has -6 elements, which the 24 bytes
            DoubleStorage | 6  | 0  | 2    | 1    | has 6 elements, which the 24 bytes
            """)
    void aTensorThatLeavesItsDataIsRefusedByName(String storage, long elements, long offset, String sizes, String strides, String words)
            throws CheckpointException {
        dictionary(pickle -> tensor(pickle.text("blocks.0"), storage, elements, offset, sizes, strides));
        refused(file, "x.pt: blocks.0 ", words);
    }

    @Test
    void aTensorLargerThanItsDataIsNotWorthItsMemory() throws CheckpointException {
        dictionary(pickle -> tensor(pickle.text("w"), "FloatStorage", 6, 0, "1099511627776", "0"));
        said(assertThrows(CheckpointException.class, () -> Checkpoint.open(file).require("w")), "repeats elements");
    }

    @Test
    void viewsWithAnyStridesAreCopiedInOrder() throws CheckpointException {
        dictionary(pickle -> tensor(tensor(tensor(pickle
                .text("turned"), "FloatStorage", 6, 0, "3 2", "1 3")
                .text("column"), "FloatStorage", 6, 1, "2 1", "3 7")
                .text("one"), "FloatStorage", 6, 5, "", ""));
        Checkpoint checkpoint = Checkpoint.open(file);
        assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, Checkpoint.floats(checkpoint.require("turned")));
        assertArrayEquals(new float[] {2, 5}, Checkpoint.floats(checkpoint.require("column")));
        assertArrayEquals(new float[] {6}, Checkpoint.floats(checkpoint.require("one")));
        assertFalse(checkpoint.require("turned").contiguous());
    }

    @Test
    void parametersAndTensorsWithAttributesAreTheirTensors() throws CheckpointException {
        dictionary(pickle -> {
            tensor(pickle.text("p").global("torch._utils", "_rebuild_parameter").op(Opcode.MARK), "FloatStorage", 6, 0, "6", "1")
                    .op(Opcode.NEWTRUE).op(Opcode.NONE).op(Opcode.TUPLE).op(Opcode.REDUCE);
            return pickle;
        });
        assertEquals(Shape.of(6), Checkpoint.open(file).require("p").shape());
    }

    @Test
    void anElementTypeNobodyComputesWithIsNamed() throws CheckpointException {
        dictionary(pickle -> tensor(pickle.text("w"), "ComplexFloatStorage", 3, 0, "3", "1"));
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> Checkpoint.open(file).require("w"));
        said(refusal, "w has the element type ComplexFloatStorage");
    }

    @Test
    void anInstructionThatIsNoneIsRefusedByItsNumber() throws CheckpointException {
        refuse("8002ff2e", "the byte 0xff, which is no instruction");
    }

    @ParameterizedTest
    @CsvSource({"8002692e, INST", "8002502e, PERSID", "8002822e, EXT1", "8002972e, NEXT_BUFFER", "80024c2e, LONG", "80026f2e, OBJ"})
    void anInstructionNoCheckpointNeedsIsRefusedByName(String pickle, String name) throws CheckpointException {
        refuse(pickle, "uses the instruction " + name + ",");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            80022e                   | takes a value where there is none
            8002285d302e             | takes a value where there is none
            80025d28302e             | takes a value where there is none
            8002752e                 | ends a list that never began
            80027d284b01752e         | a key without a value
            80024b01284b014b02752e   | sets entries of what is no dictionary
            80024b014b02612e         | appends to what is no list
            80024b0129522e           | calls what is no function
            80026805                 | recalls the value 5
            80027d5800100000         | ends in the middle
            80027d58ffffffff         | a text of 4294967295 bytes
            80027d8dffffffffffffffff | a text of 18446744073709551615 bytes
            80028bffffffff2e         | ends in the middle
            80028effffffffffffffff2e | ends in the middle
            8002636f732e             | ends in the middle
            80024b014b01932e         | names a class by what is no name
            80097d2e                 | has protocol 9
            80007d2e                 | has protocol 0
            8002                     | ends in the middle
            80024b012e               | where a dictionary of tensors is needed
            """)
    void aPickleThatMakesNoSenseIsRefusedByWhatIsWrongWithIt(String pickle, String words) throws CheckpointException {
        refuse(pickle, words);
    }

    @Test
    void numbersBeyond64BitsAreSkippedAndArgumentsThatAreNoneAreRefused() throws CheckpointException {
        String number = "8ac8" + "7f".repeat(200);
        refuseNothing("80027d58010000006e" + number + "732e");
        dictionary(pickle -> pickle.text("w").global("torch._utils", "_rebuild_tensor_v2").op(Opcode.MARK)
                .whole(0).op(Opcode.NONE).op(Opcode.TUPLE).op(Opcode.REDUCE));
        CheckpointException refusal = assertThrows(CheckpointException.class, () -> Checkpoint.open(file).require("w"));
        said(refusal, "a tensor described by what makes no sense");
    }

    @Test
    void aDictionaryThatHoldsItselfEndsAtTheDepthAllowed() throws CheckpointException {
        refuse("80027d7100580100000061680073" + "2e", "more than 16 deep");
    }

    @Test
    void dictionariesThatHoldEachOtherTwiceEndAtTheNumberAllowed() throws CheckpointException {
        StringBuilder pickle = new StringBuilder("80027d7100");
        for (int i = 0; i < 15; i++) {
            // The next one holds the one before ten times.
            String before = String.format("68%02x", i);
            pickle.append("7d").append(String.format("71%02x", i + 1)).append("28");
            for (int j = 0; j < 10; j++) {
                pickle.append("4b").append(String.format("%02x", j)).append(before);
            }
            pickle.append("75");
        }
        refuse(pickle + "2e", "more than 200000 entries");
    }

    @Test
    void aListThatHoldsItselfIsReadLikeAnyOther() throws CheckpointException {
        refuseNothing("80027d5801000000615d710068006173" + "2e");
    }

    @Test
    void marksWithoutEndEndAtTheirNumber() throws CheckpointException {
        refuse("8002" + "28".repeat(1_000_001) + "2e", "more than 1000000 instructions");
    }

    @Test
    void aStackWithoutEndEndsAtItsHeight() throws CheckpointException {
        refuse("8002" + "7d".repeat(100_001) + "2e", "a stack of more than 100000 values");
    }

    @Test
    void tuplesInTuplesWithoutEndAreJustNoCheckpoint() throws CheckpointException {
        refuse("800229" + "85".repeat(900_000) + "2e", "where a dictionary of tensors is needed");
    }

    @Test
    void namesThatGrowWithTheirDepthEndAtTheLengthAllowed() throws CheckpointException {
        dictionary(pickle -> pickle.text("n".repeat(1001)).op(Opcode.NONE));
        refused(file, "names of more than 1000 characters");
    }

    /** @param pickle hexadecimal, the whole of it */
    private void refuse(String pickle, String words) throws CheckpointException {
        raw(pickle);
        refused(file, "x.pt", words);
    }

    private void refuseNothing(String pickle) throws CheckpointException {
        raw(pickle);
        assertEquals(0, Checkpoint.open(file).tensors().size());
    }

    private void raw(String pickle) throws CheckpointException {
        FileOutput.write(file, List.of(), ByteProgress.NONE, out -> {
            ZipOutput zip = new ZipOutput(out, 0xFFFFFFFFL);
            zip.entry("x/data.pkl", HexFormat.of().parseHex(pickle));
            zip.finish();
        });
    }
}
