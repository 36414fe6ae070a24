package dev.caravan.inference.tiny;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.model.ModelStore;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;
import dev.caravan.inference.pipeline.causal.CausalPipeline;
import dev.caravan.inference.pipeline.causal.LongLive;
import dev.caravan.inference.wan.vae.VaeType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pipeline runs on a set from load to pictures, and the pictures show that everything has a say in them. */
class TinyLongLiveTest {

    private static final int WIDTH = 64;
    private static final int HEIGHT = 48;
    private static final int[] RED = {255, 0, 0};
    private static final int[] BLUE = {0, 0, 255};

    @ParameterizedTest
    @EnumSource
    void inputsAndPromptsAreSeenWithEveryAutoencoder(VaeType vae) throws Exception {
        try (LoadedPipeline longLive = load(vae)) {
            List<byte[]> sea = run(longLive, "a painting of the sea", null);
            List<byte[]> city = run(longLive, "neon city at night", null);
            List<byte[]> red = run(longLive, "a painting of the sea", RED);
            List<byte[]> blue = run(longLive, "a painting of the sea", BLUE);
            assertEquals(9 + 12, sea.size());
            assertEquals(13 + 12, red.size());
            assertTrue(difference(sea, city) > 3, "prompts differ by " + difference(sea, city));
            assertTrue(difference(red, blue) > 3, "videos differ by " + difference(red, blue));
            for (List<byte[]> pictures : List.of(sea, red)) {
                double limits = atTheLimits(pictures);
                assertTrue(limits < 0.2, limits + " of all samples are black or white");
            }
        }
    }

    @Test
    void theSameAgainGivesTheSamePictures() throws Exception {
        try (LoadedPipeline longLive = load(VaeType.LIGHTVAE)) {
            List<byte[]> first = run(longLive, "paper boat", RED);
            List<byte[]> second = run(longLive, "paper boat", RED);
            for (int i = 0; i < first.size(); i++) {
                assertArrayEquals(first.get(i), second.get(i), "picture " + i);
            }
        }
    }

    @Test
    void theLoadedPipelineSaysThatWeightsAreRandom() throws Exception {
        try (LoadedPipeline longLive = load(VaeType.TAE)) {
            assertTrue(longLive.notes().stream().anyMatch(note -> note.contains("random weights")), () -> longLive.notes().toString());
        }
    }

    private static LoadedPipeline load(VaeType vae) throws PipelineException, InterruptedException {
        Path models = TinySet.models();
        var pipeline = new CausalPipeline(
                new LongLive(), PipelineSchema.load("longlive"), folder -> new ModelStore(folder).missing("longlive"), Ort::cpu);
        return pipeline.load(
                new LoadRequest(Map.of("height", HEIGHT, "width", WIDTH, "vae_type", vae.wireName()), models), Progress.NONE);
    }

    /** Pictures of two chunks, from text or from pictures of one colour. */
    private static List<byte[]> run(LoadedPipeline model, String prompt, int[] colour) throws PipelineException, InterruptedException {
        Parameters parameters = new Parameters(Map.of(
                "input_mode", colour == null ? "text" : "video", "prompts", List.of(Map.of("text", prompt, "weight", 1.0))));
        List<byte[]> pictures = new ArrayList<>();
        try (PipelineStream stream = model.open(new SessionSeed("s"))) {
            for (int chunk = 0; chunk < 2; chunk++) {
                List<Frame> in = colour == null
                        ? List.of()
                        : Collections.nCopies(stream.inputFrames(parameters), Frame.incoming("s", 0, 0, Origin.of("test"), plain(colour)));
                stream.next(in, parameters, (picture, timestamp) -> pictures.add(((Rgb24) picture).data()));
            }
        }
        return pictures;
    }

    private static Rgb24 plain(int[] colour) {
        byte[] rgb = new byte[3 * WIDTH * HEIGHT];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) colour[i % 3];
        }
        return new Rgb24(WIDTH, HEIGHT, rgb);
    }

    /** Mean distance of samples, 0 to 255. */
    private static double difference(List<byte[]> a, List<byte[]> b) {
        double sum = 0;
        for (int i = 0; i < a.size(); i++) {
            for (int at = 0; at < a.get(i).length; at++) {
                sum += Math.abs((a.get(i)[at] & 255) - (b.get(i)[at] & 255));
            }
        }
        return sum / a.size() / a.getFirst().length;
    }

    private static double atTheLimits(List<byte[]> pictures) {
        long limits = 0;
        for (byte[] picture : pictures) {
            for (byte sample : picture) {
                limits += sample == 0 || sample == -1 ? 1 : 0;
            }
        }
        return (double) limits / pictures.size() / pictures.getFirst().length;
    }
}
