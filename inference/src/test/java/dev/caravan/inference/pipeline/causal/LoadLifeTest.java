package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.ort.FragileDevice;
import dev.caravan.inference.ort.Handles;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads that are given up, or meet a disk or a device without room; and the weights a load writes down for the next. */
class LoadLifeTest {

    private static final String PREPARING = "Preparing weights";

    private final FragileDevice device = new FragileDevice();

    @TempDir
    private Path folder;

    private Path models;

    @BeforeEach
    void writeModels() throws IOException {
        models = TinyLongLive.models(folder);
    }

    @AfterEach
    void nothingIsLeftOnTheDevice() {
        assertEquals(0, device.device().memory().tensors());
        assertEquals(new Handles(0, 0, 0), device.device().handles());
        device.close();
    }

    private List<String> load() throws Exception {
        List<String> stages = new ArrayList<>();
        load(stages::add);
        return stages;
    }

    private void load(Progress progress) throws Exception {
        TinyLongLive.on(device.device()).load(TinyLongLive.request(models, Map.of()), progress).close();
    }

    private List<Path> derived() throws IOException {
        try (Stream<Path> files = Files.list(models.resolve("derived"))) {
            return files.filter(file -> !file.toString().endsWith(".lock")).sorted().toList();
        }
    }

    private static boolean prepared(List<String> stages) {
        return stages.stream().anyMatch(stage -> stage.startsWith(PREPARING));
    }

    @Test
    void aLoadGivenUpAtAnyStageFreesEverythingAndTheNextOneWorks() throws Exception {
        List<String> stages = load();
        assertTrue(prepared(stages));
        for (int stage = 0; stage < stages.size(); stage++) {
            // So that there are as many stages again.
            for (Path file : derived()) {
                Files.delete(file);
            }
            AtomicInteger left = new AtomicInteger(stage);
            String given = "given up while " + stages.get(stage);
            assertThrows(InterruptedException.class, () -> load(text -> {
                if (left.getAndDecrement() == 0) {
                    Thread.currentThread().interrupt();
                }
            }), given);
            assertFalse(Thread.interrupted(), "the interrupt was answered");
            assertEquals(new Handles(0, 0, 0), device.device().handles(), given);
            assertTrue(derived().stream().noneMatch(file -> file.toString().endsWith(".incomplete")), given);
        }
        load();
    }

    /** VACE, an adapter that is merged and one that is not, eight bits, and a warm-up. */
    @Test
    void aLoadOfAllThereIsGivenUpOnTheWayFreesEverything() throws Exception {
        FamilyCase krea = FamilyCase.all().getLast();
        Path all = FamilyCase.models(folder.resolve("all"));
        Map<String, Object> parameters = new HashMap<>(krea.request(all).parameters());
        parameters.put("quantization", "fp8_e4m3fn");
        LoadRequest request = new LoadRequest(parameters, all);
        List<String> stages = new ArrayList<>();
        krea.on(device.device()).load(request, stages::add).close();
        assertTrue(stages.containsAll(List.of("Loading VACE...", "Building diffusion model...", "Warming up model...")), stages::toString);
        // All stages but most of those that only count bytes.
        List<Integer> some = IntStream.range(0, stages.size())
                .filter(stage -> stage % 20 == 0 || !stages.get(stage).startsWith(PREPARING)).boxed().toList();
        for (int stage : some) {
            // So that there are as many stages again.
            deleteFiles(all.resolve("derived"));
            AtomicInteger left = new AtomicInteger(stage);
            String given = "given up while " + stages.get(stage);
            assertThrows(InterruptedException.class, () -> krea.on(device.device()).load(request, text -> {
                if (left.getAndDecrement() == 0) {
                    Thread.currentThread().interrupt();
                }
            }), given);
            assertFalse(Thread.interrupted(), "the interrupt was answered");
            assertEquals(new Handles(0, 0, 0), device.device().handles(), given);
        }
        krea.on(device.device()).load(request, Progress.NONE).close();
    }

    private static void deleteFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void mergedWeightsAreWrittenOnce() throws Exception {
        assertTrue(prepared(load()));
        List<Path> written = derived();
        assertEquals(1, written.size());
        assertFalse(prepared(load()));
        assertEquals(written, derived());
    }

    @Test
    void whatACrashLeftIsNotUsedAndRemoved() throws Exception {
        load();
        Path whole = derived().getFirst();
        Files.write(whole.resolveSibling(whole.getFileName() + ".0f-1.incomplete"), new byte[100]);
        Files.delete(whole);
        assertTrue(prepared(load()));
        assertEquals(List.of(whole), derived());
    }

    @Test
    void anotherAdapterIsMergedAnew() throws Exception {
        load();
        List<Path> before = derived();
        ModelDamage.without(ModelDamage.LORA, ".*blocks\\.2\\..*").to(models);
        assertTrue(prepared(load()));
        assertNotEquals(before, derived());
        assertEquals(1, derived().size());
    }

    @Test
    void whereWeightsCannotBeWrittenTheReasonIsSaidWithoutTheFolder() throws Exception {
        Files.writeString(models.resolve("derived"), "in the way");
        String message = assertThrows(PipelineException.class, this::load).getMessage();
        assertEquals("the folder derived of the models folder cannot be made: there is a file of that name", message);
    }

    @Test
    void aDeviceWithoutRoomForTheWeightsSaysSo() throws Exception {
        device.leave(100);
        String message = assertThrows(PipelineException.class, this::load).getMessage();
        assertEquals("not enough memory on the inference device for longlive at 16x16; use a smaller size or unload other pipelines",
                message);
        device.mend();
        load();
    }

    @Test
    void aDeviceThatFailsWhileWeightsAreMergedIsToldOfInOneLine() {
        device.failAfter(20);
        String message = assertThrows(PipelineException.class, this::load).getMessage();
        assertEquals("longlive cannot be loaded: CUDA error 719: the launch failed in ...", message);
    }
}
