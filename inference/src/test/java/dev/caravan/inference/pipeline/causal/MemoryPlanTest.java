package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.ort.FragileDevice;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.Transformer;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.TransformerOptions;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 4, 7})
    void theLargestPicturesAreRefusedInALineWhereTheyDoNotFit(int number) {
        FamilyCase family = FamilyCase.all().get(number);
        device.tellFree(8_000_000_000L);
        Map<String, Object> largest = new HashMap<>(family.load());
        largest.putAll(Map.of("width", 2048, "height", 2048, "vace_enabled", true));
        String message = assertThrows(PipelineException.class,
                () -> family.on(device.device()).load(new LoadRequest(largest, models), Progress.NONE)).getMessage();
        assertTrue(message.matches("not enough memory on the inference device for " + family.family().id() + " at 2048x2048: it needs [\\d.]+ GB"
                + " and 8.0 GB are free: .*"), message);
        assertEquals(0, device.device().handles().sessions());
    }

    /** The kernel of the CPU keeps a score of each head, and there is a bias, for each query and key. */
    @Test
    void biasedAttentionIsReckonedWithItsScores() {
        TransformerConfig config = new TransformerConfig(48, 112, 2, 6, 64, 32, 512, 1e-6f);
        TransformerOptions plain = TransformerOptions.of(DType.F32);
        LatentSize size = LatentSize.ofPictures(1024, 1024);
        long queries = 3L * size.tokens();
        long keys = 6L * size.tokens();
        assertEquals((1 + config.heads()) * queries * keys * 4, Transformer.workingBytes(config, size, plain.withKeys(KeyCache.BIASED), 6)
                - Transformer.workingBytes(config, size, plain, 6));
    }

    /** An arena for each of a dozen sessions would keep 140 MB of it. */
    @Test
    void whatRunsTakeOfTheProcessorsMemoryIsGivenBack() throws Exception {
        try (LoadedPipeline model = TinyLongLive.load(
                device.device(), models, Map.of("width", 128, "height", 128, "vace_enabled", true))) {
            long before = NativeMemory.inUse();
            try (PipelineStream stream = TinyLongLive.open(model)) {
                TinyLongLive.chunk(stream, TinyLongLive.video("a boat"));
            }
            long kept = NativeMemory.inUse() - before;
            assertTrue(kept < 50_000_000, kept + " bytes stay behind");
        }
    }

    private LoadedPipeline load() throws PipelineException, InterruptedException {
        return TinyLongLive.load(device.device(), models, Map.of());
    }
}
