package dev.caravan.inference.wan.umt5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.TensorFile;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.text.PromptEmbedding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextEncoderTest {

    private static final int TEXT_LENGTH = 12;

    @TempDir
    private Path folder;

    @Test
    void anEmbeddingHasARowForEveryTokenAndZerosAfterThem() throws Exception {
        try (TextEncoder encoder = tiny()) {
            PromptEmbedding made = encoder.encode(new int[] {3, 49, 1});
            assertEquals(TEXT_LENGTH, made.rows());
            assertEquals(Umt5Files.TINY.dim(), made.width());
            for (int i = 0; i < made.values().length; i++) {
                assertEquals(i < 3 * made.width(), made.values()[i] != 0, "number " + i);
            }
        }
    }

    @Test
    void aPromptMayBeAsLongAsTheText() throws Exception {
        try (TextEncoder encoder = tiny()) {
            float[] values = encoder.encode(new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1}).values();
            assertTrue(values[values.length - 1] != 0);
        }
    }

    @Test
    void aPromptLeavesNothingOnTheDevice() throws Exception {
        try (TextEncoder encoder = tiny()) {
            long before = Ort.cpu().memory().tensors();
            encoder.encode(new int[] {3, 4, 1});
            assertEquals(before, Ort.cpu().memory().tensors());
        }
    }

    @Test
    void weightsInFp8AreNeverHeldInTheComputedTypeAllTogether() throws Exception {
        Umt5Config large = new Umt5Config(1000, 768, 768, 1920, 12, 24, 32, 128);
        Checkpoint checkpoint = Umt5Files.hole(folder.resolve("large.safetensors"), large);
        long linears = Umt5Weights.required(large).values().stream().mapToLong(Shape::elements).sum() - 1000 * 768;
        long before = privateMemory();
        try (TextEncoder encoder = TextEncoder.load(Ort.cpu(), checkpoint, TEXT_LENGTH)) {
            encoder.encode(new int[] {3, 4, 1});
            encoder.encode(new int[] {3, 4, 5, 1});
            long taken = privateMemory() - before;
            assertTrue(taken < 2 * linears, taken + " bytes for " + linears + " numbers");
        }
    }

    /** Bytes of this process that are in memory and are no pages of files. */
    private static long privateMemory() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            String kilobytes = lines.filter(line -> line.startsWith("RssAnon:")).findFirst().orElseThrow().replaceAll("\\D", "");
            return 1024 * Long.parseLong(kilobytes);
        }
    }

    @Test
    void theOrderOfTokensCounts() throws Exception {
        try (TextEncoder encoder = tiny()) {
            assertFalse(encoder.encode(new int[] {3, 4, 1}).equals(encoder.encode(new int[] {4, 3, 1})));
        }
    }

    @Test
    void promptsOfSeveralSessionsAtOnceAreWhatTheyAreAlone() throws Exception {
        try (TextEncoder encoder = tiny();
                ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<int[]> prompts = List.of(new int[] {1}, new int[] {3, 4, 5, 1}, new int[] {9, 8, 7, 6, 5, 4, 3, 2, 1});
            List<float[]> alone = prompts.stream().map(ids -> encoder.encode(ids).values()).toList();
            List<Callable<float[]>> work = prompts.stream().<Callable<float[]>>map(ids -> () -> {
                float[] last = encoder.encode(ids).values();
                for (int i = 0; i < 10; i++) {
                    last = encoder.encode(ids).values();
                }
                return last;
            }).toList();
            List<Future<float[]>> made = threads.invokeAll(work);
            for (int i = 0; i < alone.size(); i++) {
                assertArrayEquals(alone.get(i), made.get(i).get());
            }
        }
    }

    @Test
    void tokensThatCannotBeAreRefused() throws Exception {
        try (TextEncoder encoder = tiny()) {
            assertEquals("a prompt has 1 to 12 tokens; 0 given", refusal(encoder));
            assertEquals("a prompt has 1 to 12 tokens; 13 given", refusal(encoder, new int[13]));
            assertEquals("token 50 is not one of the 50 of the text encoder", refusal(encoder, 1, 50));
            assertEquals("token -1 is not one of the 50 of the text encoder", refusal(encoder, -1));
        }
    }

    @Test
    void everythingThatIsMissingOrWrongIsNamedAtOnce() throws Exception {
        Map<String, Shape> tensors = new LinkedHashMap<>(Umt5Weights.required(Umt5Files.TINY));
        tensors.remove("norm.weight");
        tensors.remove("blocks.1.ffn.fc2.weight");
        tensors.put("blocks.0.attn.o.weight", Shape.of(16, 32));
        Checkpoint checkpoint = Umt5Files.noise(folder.resolve("other.safetensors"), tensors);

        String message = assertThrows(CheckpointException.class, () -> TextEncoder.load(Ort.cpu(), checkpoint, TEXT_LENGTH)).getMessage();

        for (String told : List.of("other.safetensors", "norm.weight", "blocks.1.ffn.fc2.weight", "blocks.0.attn.o.weight is [16,32]", "[32,16]")) {
            assertTrue(message.contains(told), message);
        }
        assertFalse(message.contains(folder.toString()), message);
    }

    @Test
    void aFileOfAnotherNetworkIsTakenForNoEncoder() throws Exception {
        Checkpoint other = Umt5Files.noise(folder.resolve("vae.safetensors"), Map.of("decoder.conv1.weight", Shape.of(4, 4)));
        assertEquals("vae.safetensors is no UMT5 encoder: it has no token_embedding.weight", wrong(other));
        Map<String, Shape> tensors = new LinkedHashMap<>(Umt5Weights.required(Umt5Files.TINY));
        tensors.put("blocks.0.pos_embedding.embedding.weight", Shape.of(8, 3));
        assertEquals("odd.safetensors is no UMT5 encoder: 3 heads of 16 numbers together, 8 position buckets",
                wrong(Umt5Files.noise(folder.resolve("odd.safetensors"), tensors)));
        tensors.put("blocks.0.pos_embedding.embedding.weight", Shape.of(24));
        assertEquals("flat.safetensors is no UMT5 encoder: blocks.0.pos_embedding.embedding.weight is [24] and not a matrix",
                wrong(Umt5Files.noise(folder.resolve("flat.safetensors"), tensors)));
    }

    @Test
    void aMatrixOfWholeNumbersIsNoWeight() throws Exception {
        TensorFile file = new TensorFile();
        Umt5Weights.required(Umt5Files.TINY).forEach((name, shape) ->
                file.addHole(name, name.equals("norm.weight") ? DType.I32 : DType.F32, shape));
        assertEquals("whole.safetensors does not fit this network: it cannot give 1 of 22 tensors: norm.weight is of I32,"
                        + " not of floating-point numbers",
                wrong(Checkpoint.open(file.write(folder.resolve("whole.safetensors")))));
    }

    private String wrong(Checkpoint checkpoint) {
        return assertThrows(CheckpointException.class, () -> TextEncoder.load(Ort.cpu(), checkpoint, TEXT_LENGTH)).getMessage();
    }

    private static String refusal(TextEncoder encoder, int... ids) {
        return assertThrows(IllegalArgumentException.class, () -> encoder.encode(ids)).getMessage();
    }

    private TextEncoder tiny() throws CheckpointException {
        return TextEncoder.load(Ort.cpu(), Umt5Files.noise(folder.resolve("tiny.safetensors"), Umt5Files.TINY), TEXT_LENGTH);
    }
}
