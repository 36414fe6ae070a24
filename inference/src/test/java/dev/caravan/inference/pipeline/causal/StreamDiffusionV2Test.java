package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.tiny.TinyModels;
import dev.caravan.inference.wan.vae.VaeType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In what StreamDiffusionV2 differs, on small networks with random weights; its caches are recorded in golden cases. */
class StreamDiffusionV2Test {

    private static final int SIDE = 32;
    private static final PipelineSchema SCHEMA = PipelineSchema.load("streamdiffusionv2");

    @TempDir
    private static Path models;

    @BeforeAll
    static void writeModels() throws Exception {
        TinyModels.write(models, TinyModels.DEFAULT_SEED);
    }

    @Test
    void aChunkIsOneLatentAndTheFirstTwo() throws Exception {
        try (LoadedPipeline model = load(Map.of()); PipelineStream stream = TinyLongLive.open(model)) {
            Parameters text = TinyLongLive.text("a painting of the sea");
            assertEquals(0, stream.inputFrames(text));
            assertEquals(5, TinyLongLive.chunk(stream, text).size());
            for (int chunk = 1; chunk < 10; chunk++) {
                assertEquals(4, TinyLongLive.chunk(stream, text).size());
            }
        }
    }

    @Test
    void fourPicturesOfVideoMakeAChunkAndItsModeIsVideo() throws Exception {
        try (LoadedPipeline model = load(Map.of()); PipelineStream stream = TinyLongLive.open(model)) {
            Parameters video = new Parameters(Map.of("prompts", List.of(Map.of("text", "a boat", "weight", 1.0))));
            assertEquals(4, stream.inputFrames(video));
            assertEquals(5, TinyLongLive.chunk(stream, video).size());
            assertEquals(4, TinyLongLive.chunk(stream, video).size());
        }
    }

    @Test
    void otherVideoGivesOtherPictures() throws Exception {
        Parameters video = TinyLongLive.video("a boat");
        try (LoadedPipeline model = load(Map.of());
                PipelineStream one = TinyLongLive.open(model);
                PipelineStream same = TinyLongLive.open(model);
                PipelineStream other = TinyLongLive.open(model)) {
            List<byte[]> expected = TinyLongLive.chunk(one, video, TinyLongLive.frames(4, 40, 30, 1));
            assertTrue(Arrays.deepEquals(expected.toArray(), TinyLongLive.chunk(same, video, TinyLongLive.frames(4, 40, 30, 1)).toArray()));
            assertFalse(Arrays.deepEquals(expected.toArray(), TinyLongLive.chunk(other, video, TinyLongLive.frames(4, 40, 30, 2)).toArray()));
        }
    }

    @Test
    void itTakesTheFullAutoencoderWhateverIsAskedForAndSaysSo() throws Exception {
        LoadSettings settings = LoadSettings.of(new StreamDiffusionV2(), SCHEMA, request(Map.of("vae_type", "tae")));
        assertEquals(VaeType.WAN, settings.vae());
        assertEquals(List.of("streamdiffusionv2 knows no other VAE than wan, which is loaded instead of tae"), settings.notes());
    }

    @Test
    void videoIsEncodedAsTheAutoencoderGivesIt() throws Exception {
        ModelFiles files = new ModelFiles(new StreamDiffusionV2(), models);
        LoadSettings settings = LoadSettings.of(new StreamDiffusionV2(), SCHEMA, request(Map.of()));
        try (CausalNetworks networks = new NetworkLoader(files, settings, Ort.cpu(), Progress.NONE).load()) {
            assertFalse(networks.vae().options().normalisedEncode());
        }
        assertTrue(new LongLive().normalisedEncode());
    }

    @Test
    void aSessionThatNamesNoStepsTakesTwo() throws Exception {
        assertEquals(List.of(750, 250), LoadSettings.of(new StreamDiffusionV2(), SCHEMA, request(Map.of())).steps());
    }

    private static LoadedPipeline load(Map<String, Object> more) throws Exception {
        Pipeline pipeline = new CausalPipeline(new StreamDiffusionV2(), SCHEMA, folder -> List.of(), Ort::cpu);
        return pipeline.load(request(more), Progress.NONE);
    }

    private static LoadRequest request(Map<String, Object> more) {
        Map<String, Object> parameters = new HashMap<>(Map.of("width", SIDE, "height", SIDE, "vace_enabled", false));
        parameters.putAll(more);
        return new LoadRequest(parameters, models);
    }
}
