package dev.caravan.inference.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DerivedWeightsTest {

    @TempDir
    private Path folder;

    private Path sourceFile;
    private Checkpoint source;
    private DerivedWeights derived;

    @BeforeEach
    void writeSource() throws CheckpointException {
        sourceFile = folder.resolve("base.safetensors");
        SafetensorsWriter.write(sourceFile, List.of(
                NewTensor.of("wide", DType.F32, Shape.of(2), 1.001f, 2),
                NewTensor.of("narrow", DType.BF16, Shape.of(2), 3, 4)), Map.of(), ByteProgress.NONE);
        source = Checkpoint.open(sourceFile);
        derived = new DerivedWeights(folder.resolve("derived"));
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(folder.resolve("derived"))) {
            return files.filter(file -> !file.toString().endsWith(".lock")).sorted().toList();
        }
    }

    @Test
    void onlyWhatChangesIsWrittenAndTheRestStaysInPlace() throws CheckpointException, IOException {
        List<String> heard = new ArrayList<>();
        Checkpoint view = derived.of("base", source, Conversion.to(DType.BF16), (done, total) -> heard.add(done + "/" + total));
        assertEquals(List.of("wide", "narrow"), List.copyOf(view.tensors().keySet()));
        assertEquals(sourceFile, view.require("narrow").file());
        assertEquals(files(), List.of(view.require("wide").file()));
        assertEquals(DType.BF16, view.require("wide").dtype());
        assertArrayEquals(new float[] {1, 2}, Checkpoint.floats(view.require("wide")));
        assertEquals(List.of("4/4"), heard);
        assertTrue(files().getFirst().getFileName().toString().matches("base-[0-9a-f]{64}\\.safetensors"), files().toString());
    }

    @Test
    void aSourceThatNeedsNothingIsItsOwnResult() throws CheckpointException {
        assertSame(source, derived.of("base", source, new Conversion(java.util.Optional.empty()), ByteProgress.NONE));
    }

    @Test
    void whatWasWrittenOnceIsUsedAgain() throws CheckpointException {
        Counting recipe = new Counting("1");
        Checkpoint first = derived.of("base", source, recipe, ByteProgress.NONE);
        Checkpoint second = new DerivedWeights(folder.resolve("derived")).of("base", source, recipe, ByteProgress.NONE);
        assertEquals(first.tensors(), second.tensors());
        assertEquals(1, recipe.made.get());
    }

    @Test
    void anotherRecipeOrAnotherSourceReplacesTheFile() throws CheckpointException, IOException {
        derived.of("base", source, new Counting("1"), ByteProgress.NONE);
        derived.of("other", source, new Counting("1"), ByteProgress.NONE);
        List<Path> first = files();
        derived.of("base", source, new Counting("2"), ByteProgress.NONE);
        List<Path> second = files();
        assertNotEquals(first.get(0), second.get(0));
        assertEquals(first.get(1), second.get(1));
        Files.setLastModifiedTime(sourceFile, FileTime.fromMillis(1_000_000_000_000L));
        Counting recipe = new Counting("2");
        derived.of("base", source, recipe, ByteProgress.NONE);
        assertEquals(1, recipe.made.get());
        assertEquals(2, files().size());
    }

    @Test
    void whereTwoFilesAreKeptTheOneUsedAndTheNewestOtherStay() throws CheckpointException, IOException {
        DerivedWeights two = derived.keeping(2);
        List<Path> written = new ArrayList<>();
        for (String version : List.of("1", "2", "3")) {
            Path file = two.of("base", source, new Counting(version), ByteProgress.NONE).require("wide").file();
            Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000_000_000L + 1000L * written.size()));
            written.add(file);
        }
        assertEquals(written.subList(1, 3).stream().sorted().toList(), files());
        Counting known = new Counting("2");
        two.of("base", source, known, ByteProgress.NONE);
        assertEquals(0, known.made.get());
        derived.of("base", source, new Counting("2"), ByteProgress.NONE);
        assertEquals(List.of(written.get(1)), files());
    }

    @Test
    void whatACrashLeftIsNeverUsedAndRemoved() throws CheckpointException, IOException {
        Checkpoint view = derived.of("base", source, new Counting("1"), ByteProgress.NONE);
        Path whole = view.require("wide").file();
        Path half = whole.resolveSibling(whole.getFileName() + ".0123-ab" + FileOutput.INCOMPLETE);
        Files.move(whole, half);
        Counting recipe = new Counting("1");
        derived.of("base", source, recipe, ByteProgress.NONE);
        assertEquals(1, recipe.made.get());
        assertEquals(List.of(whole), files());
    }

    @Test
    void aFileSomebodyCutShortIsMadeAgain() throws CheckpointException, IOException {
        Path file = derived.of("base", source, new Counting("1"), ByteProgress.NONE).require("wide").file();
        Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), 100));
        Counting recipe = new Counting("1");
        assertArrayEquals(new float[] {7, 8},
                Checkpoint.floats(derived.of("base", source, recipe, ByteProgress.NONE).require("wide")));
        assertEquals(1, recipe.made.get());
    }

    @Test
    void aRecipeThatFailsLeavesNoFile() throws IOException {
        Recipe failing = new Recipe() {
            @Override
            public List<String> ingredients() {
                return List.of();
            }

            @Override
            public List<NewTensor> changed(Checkpoint from) {
                return List.of(new NewTensor("wide", DType.F32, Shape.of(2), sink -> {
                    throw new IllegalStateException("out of memory");
                }));
            }
        };
        assertThrows(IllegalStateException.class, () -> derived.of("base", source, failing, ByteProgress.NONE));
        assertEquals(List.of(), files());
    }

    @Test
    void whoComesAtTheSameTimeWaitsAndUsesWhatWasWritten() throws Exception {
        Counting recipe = new Counting("1");
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            Callable<Checkpoint> one =
                    () -> new DerivedWeights(folder.resolve("derived")).of("base", source, recipe, ByteProgress.NONE);
            for (Future<Checkpoint> view : threads.invokeAll(List.of(one, one, one, one))) {
                assertArrayEquals(new float[] {7, 8}, Checkpoint.floats(view.get().require("wide")));
            }
        }
        assertEquals(1, recipe.made.get());
    }

    @Test
    void scatteredTensorsAreCopiedTogether() throws CheckpointException {
        StoredTensor wide = source.require("wide");
        Checkpoint turned = new Checkpoint(sourceFile, Map.of("every.second",
                new StoredTensor("every.second", DType.BF16, Shape.of(2), sourceFile, wide.offset() + 2, new long[] {2})));
        StoredTensor copied = derived.of("base", turned, new Conversion(java.util.Optional.empty()), ByteProgress.NONE)
                .require("every.second");
        assertTrue(copied.contiguous());
        // The upper halves of two floats.
        assertArrayEquals(new float[] {1, 2}, Checkpoint.floats(copied));
    }

    /** Makes one tensor, and counts how often. */
    private static final class Counting implements Recipe {

        private final String version;
        private final AtomicInteger made = new AtomicInteger();

        Counting(String version) {
            this.version = version;
        }

        @Override
        public List<String> ingredients() {
            return List.of(version);
        }

        @Override
        public List<NewTensor> changed(Checkpoint from) {
            NewTensor seven = NewTensor.of("wide", DType.F32, Shape.of(2), 7, 8);
            return List.of(new NewTensor("wide", DType.F32, Shape.of(2), sink -> {
                made.incrementAndGet();
                seven.source().writeTo(sink);
            }));
        }
    }
}
