package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.ort.FragileDevice;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who asks for more memory than there is learns it before anything is taken. */
class MemoryPlanTest {

    @TempDir
    private static Path folder;

    private static Path models;

    private final FragileDevice device = new FragileDevice();

    @BeforeAll
    static void writeModels() throws Exception {
        models = TinyLongLive.models(folder);
    }

    @AfterEach
    void closeDevice() {
        assertEquals(0, device.device().memory().tensors());
        device.close();
    }

    @Test
    void aModelThatDoesNotFitIsRefusedWithWhatItNeedsAndWhatIsThere() {
        device.tellFree(1_000_000);
        String message = assertThrows(PipelineException.class, this::load).getMessage();
        Matcher said = Pattern.compile("not enough memory on the inference device for longlive at 16x16: it needs (\\d+) MB and 1 MB are free:"
                + " (\\d+) MB for the model and (\\d+) MB for each session; .*unload other pipelines").matcher(message);
        assertTrue(said.matches(), message);
        assertTrue(Integer.parseInt(said.group(1)) > 1, message);
        assertEquals(0, device.device().handles().sessions(), "nothing was loaded for that");
    }

    @Test
    void aModelThatTakesAllThereIsLeavesNoRoomForItsFirstSession() throws Exception {
        device.tellFree(1L << 40);
        try (LoadedPipeline model = load()) {
            device.tellFree(10);
            String message = assertThrows(PipelineException.class, () -> TinyLongLive.open(model)).getMessage();
            assertTrue(message.matches("not enough memory on the inference device for another session of longlive at 16x16: it needs \\d+ MB"
                    + " and 1 MB are free; end other sessions or load a smaller size"), message);
            device.mend();
            TinyLongLive.open(model).close();
        }
    }

    @Test
    void whatASessionTakesIsWhatWasReckoned() throws Exception {
        try (LoadedPipeline model = load(); PipelineStream stream = TinyLongLive.open(model)) {
            TinyLongLive.chunk(stream, TinyLongLive.video("a boat"));
            long taken = device.device().memory().tensors();
            device.tellFree(taken / 2);
            assertThrows(PipelineException.class, () -> TinyLongLive.open(model));
            device.tellFree(2 * taken);
            TinyLongLive.open(model).close();
        }
    }

    private LoadedPipeline load() throws PipelineException, InterruptedException {
        return TinyLongLive.load(device.device(), models, Map.of());
    }
}
