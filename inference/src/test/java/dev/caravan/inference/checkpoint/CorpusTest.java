package dev.caravan.inference.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small files of every kind, most written by PyTorch 2.13 and the safetensors library: what they hold, and what happens when they are
 * damaged in thousands of ways. A damage that once did harm is kept in the folder as {@code crasher-*}.
 */
class CorpusTest {

    private static final int MUTATIONS = 400;
    private static final long[] INTERESTING = {
        0, 1, -1, 2, 8, 16, 127, 128, 255, 256, 0x7FFF, 0xFFFF,
        Integer.MAX_VALUE, Integer.MIN_VALUE, 0xFFFFFFFFL, Long.MAX_VALUE, Long.MIN_VALUE
    };

    @TempDir
    private Path folder;

    static List<Path> corpus() throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(Path.of(CorpusTest.class.getResource("/fuzz/checkpoint").toURI()))) {
            return files.sorted().toList();
        }
    }

    private static Path file(String name) throws IOException, URISyntaxException {
        return corpus().stream().filter(file -> file.endsWith(name)).findFirst().orElseThrow();
    }

    private static void assertFloats(Checkpoint checkpoint, String name, float... expected) throws CheckpointException {
        assertArrayEquals(expected, Checkpoint.floats(checkpoint.require(name)), name);
    }

    @Test
    void aTrainersFileGivesItsTensorsAndNamesTheRest() throws Exception {
        Checkpoint file = Checkpoint.open(file("nested.pt"));
        Checkpoint generator = file.nested("generator").orElseThrow().modelNames();
        assertEquals(Set.of("a", "b"), generator.tensors().keySet());
        assertFloats(generator, "a", 1, 2, 3, 4, 5, 6);
        assertFloats(generator, "b", 1.5f, -2);
        assertFloats(file, "ids.0", 1, 2, 3);
        assertEquals("is argparse.Namespace, which is never made", file.unreadable().get("config"));
    }

    @Test
    void allKindsOfTensorsOfPyTorchAreReadOrNamed() throws Exception {
        Checkpoint file = Checkpoint.open(file("kinds.pt"));
        assertFloats(file, "weight", 1, 2, 3, 4);
        assertFloats(file, "parameter", 1, 2, 3, 4, 5, 6);
        assertFloats(file, "view", 2, 3, 4, 5, 6, 7);
        assertFloats(file, "turned", 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
        assertFloats(file, "fp8", 1, -448, 0.5f);
        assertFloats(file, "attributed", 1, 1);
        assertEquals(Set.of("expanded", "complex", "u16"), file.unreadable().keySet());
    }

    @Test
    void aFileOlderThanZipsIsReadWithItsViews() throws Exception {
        Checkpoint file = Checkpoint.open(file("old.pt"));
        assertFloats(file, "w", 1, 2, 3, 4, 5, 6);
        assertFloats(file, "half", 1, 2, 3);
        assertFloats(file, "again", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    }

    @ParameterizedTest
    @MethodSource("corpus")
    @Timeout(60)
    void aDamagedFileIsReadOrRefusedAndDoesNothingElse(Path original) throws IOException {
        byte[] bytes = Files.readAllBytes(original);
        Path file = folder.resolve("damaged");
        int refused = 0;
        for (int seed = 0; seed < MUTATIONS; seed++) {
            Files.write(file, mutated(bytes, new SplittableRandom(seed)));
            try {
                readAll(file);
            } catch (CheckpointException e) {
                refused++;
                assertFalse(e.getMessage().contains(folder.toString()), e.getMessage());
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                fail(original.getFileName() + " damaged with seed " + seed, e);
            }
        }
        assertTrue(refused > 0 && refused < MUTATIONS, refused + " refused");
    }

    private static void readAll(Path file) throws CheckpointException {
        Checkpoint checkpoint = Checkpoint.open(file);
        checkpoint.nested("generator").orElse(checkpoint).modelNames();
        for (StoredTensor tensor : checkpoint.tensors().values()) {
            assertEquals(tensor.shape().elements(), Checkpoint.floats(tensor).length);
            try (Arena arena = Arena.ofConfined()) {
                assertEquals(tensor.bytes(), Checkpoint.bytes(tensor, arena).byteSize());
            }
        }
    }

    /** One to four damages: a bit, a byte, a number, a piece less, a piece twice, the end. */
    private static byte[] mutated(byte[] original, SplittableRandom random) {
        byte[] bytes = original.clone();
        for (int i = random.nextInt(1, 5); i > 0 && bytes.length > 16; i--) {
            int at = random.nextInt(bytes.length);
            int length = random.nextInt(1, Math.min(32, bytes.length - at) + 1);
            switch (random.nextInt(7)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes[at] = (byte) Opcode.values()[random.nextInt(Opcode.values().length)].code();
                case 3 -> number(bytes, at, random);
                case 4 -> bytes = spliced(bytes, at, at + length, at, at);
                case 5 -> bytes = spliced(bytes, at, at, at, at + length);
                default -> bytes = random.nextInt(8) == 0 ? spliced(bytes, at, bytes.length, 0, 0) : bytes;
            }
        }
        return bytes;
    }

    private static void number(byte[] bytes, int at, SplittableRandom random) {
        ByteBuffer number = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        number.putLong(0, INTERESTING[random.nextInt(INTERESTING.length)]);
        System.arraycopy(number.array(), 0, bytes, at, Math.min(1 << random.nextInt(4), bytes.length - at));
    }

    /** Without the bytes from {@code from} to {@code to}, and with a copy of others in their place. */
    private static byte[] spliced(byte[] bytes, int from, int to, int copyFrom, int copyTo) {
        List<byte[]> parts = new ArrayList<>(List.of(
                Arrays.copyOfRange(bytes, 0, from),
                Arrays.copyOfRange(bytes, copyFrom, copyTo),
                Arrays.copyOfRange(bytes, to, bytes.length)));
        ByteBuffer out = ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
        parts.forEach(out::put);
        return out.array();
    }
}
