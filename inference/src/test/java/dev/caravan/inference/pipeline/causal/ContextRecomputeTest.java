package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.tiny.TinySet;
import dev.caravan.inference.wan.vae.VideoCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Which frames a stream of Krea takes as context. */
class ContextRecomputeTest {

    private static final KreaRealtimeVideo KREA = new KreaRealtimeVideo();

    private static CausalNetworks networks;

    private final List<float[]> contexts = new ArrayList<>();
    private final List<float[]> latents = new ArrayList<>();
    private final List<byte[]> pictures = new ArrayList<>();
    private final RequestReader reader = new RequestReader("text", List.of(1000), true, new AdapterScales(List.of()));

    @BeforeAll
    static void load() throws Exception {
        networks = networks(Map.of());
    }

    @AfterAll
    static void free() {
        networks.close();
    }

    static CausalNetworks networks(Map<String, Object> more) throws Exception {
        LoadSettings settings = LoadSettings.of(
                KREA, PipelineSchema.load(KREA.id()), TinyLongLive.request(TinySet.models(), more));
        return new NetworkLoader(new ModelFiles(KREA, TinySet.models()), settings, Ort.cpu(), Progress.NONE).load();
    }

    @Test
    void afterAFirstChunkItIsAllOfIt() {
        run(networks, 2);
        assertEquals(1, contexts.size(), "the first chunk has none");
        assertArrayEquals(latents.get(0), contexts.get(0));
    }

    @Test
    void laterItIsThePictureBeforeTheNewestLatentsAndThose() {
        run(networks, 3);
        float[] context = contexts.get(1);
        int frame = frame(networks);
        assertArrayEquals(Arrays.copyOfRange(latents.get(1), frame, 3 * frame), Arrays.copyOfRange(context, frame, 3 * frame));
        assertEquals(9 + 3, picture(networks, Arrays.copyOf(context, frame)));
    }

    @Test
    void anotherKindOfAutoencoderGivesItsPictureToo() throws Exception {
        try (CausalNetworks tae = networks(Map.of("vae_type", "lighttae"))) {
            run(tae, 3);
            assertEquals(9 + 3, picture(tae, Arrays.copyOf(contexts.get(1), frame(tae))));
        }
    }

    @Test
    void afterALongerFirstChunkItIsTheFirstLatentAndTheNewest() {
        try (ChunkGenerator generator = new ChunkGenerator(KREA, networks, 42, new Seen())) {
            for (int chunk = 0; chunk < 3; chunk++) {
                List<Rgb24> video = TinyLongLive.frames(12, 16, 16, chunk).stream()
                        .map(picture -> (Rgb24) picture.picture()).toList();
                generator.next(reader.read(video, TinyLongLive.video("a boat"), VaceRequest.NONE), pictures::add);
            }
        }
        int frame = frame(networks);
        assertEquals(4 * frame, latents.get(0).length);
        assertArrayEquals(Arrays.copyOf(latents.get(0), frame), Arrays.copyOf(contexts.get(0), frame));
        assertArrayEquals(Arrays.copyOfRange(latents.get(0), 2 * frame, 4 * frame), Arrays.copyOfRange(contexts.get(0), frame, 3 * frame));
        assertEquals(13 + 3, picture(networks, Arrays.copyOf(contexts.get(1), frame)));
    }

    @Test
    void aStreamBegunAnewForgetsItsFirstLatent() {
        try (ChunkGenerator generator = new ChunkGenerator(KREA, networks, 42, new Seen())) {
            generator.next(reader.read(List.of(), TinyLongLive.text("a boat"), VaceRequest.NONE), pictures::add);
            generator.next(reader.read(List.of(), TinyLongLive.with(
                    Map.of("reset_cache", true, "prompts", List.of(Map.of("text", "a city", "weight", 1.0)))), VaceRequest.NONE), pictures::add);
            generator.next(reader.read(List.of(), TinyLongLive.text("a city"), VaceRequest.NONE), pictures::add);
        }
        assertEquals(1, contexts.size());
        assertFalse(Arrays.equals(latents.get(0), latents.get(1)));
        assertArrayEquals(latents.get(1), contexts.get(0));
    }

    private void run(CausalNetworks on, int chunks) {
        try (ChunkGenerator generator = new ChunkGenerator(KREA, on, 42, new Seen())) {
            for (int chunk = 0; chunk < chunks; chunk++) {
                generator.next(reader.read(List.of(), TinyLongLive.text("a boat"), VaceRequest.NONE), pictures::add);
            }
        }
    }

    private static int frame(CausalNetworks on) {
        return (int) on.size().latents(1).elements();
    }

    private static float[] encoded(CausalNetworks on, byte[] rgb) {
        int plane = rgb.length / 3;
        float[] pixels = new float[rgb.length];
        for (int i = 0; i < rgb.length; i++) {
            // Fractions of a byte were cut off.
            pixels[i % 3 * plane + i / 3] = ((rgb[i] & 255) + 0.5f) / 255 * 2 - 1;
        }
        try (VideoCodec codec = on.vae().open(); Tensor encoded = codec.encode(pixels, 1, VideoCodec.Memory.NONE)) {
            return encoded.floats();
        }
    }

    /** Which of all pictures comes nearest when it is encoded: as bytes they are a little coarser than what was. */
    private int picture(CausalNetworks on, float[] latent) {
        int nearest = 0;
        double least = Double.MAX_VALUE;
        for (int i = 0; i < pictures.size(); i++) {
            float[] encoded = encoded(on, pictures.get(i));
            double distance = 0;
            for (int j = 0; j < latent.length; j++) {
                distance += (encoded[j] - latent[j]) * (encoded[j] - latent[j]);
            }
            if (distance < least) {
                least = distance;
                nearest = i;
            }
        }
        return nearest;
    }

    private final class Seen implements ChunkProbe {
        @Override
        public void recache(CachePass pass, Tensor frames) {
            contexts.add(frames.floats());
        }

        @Override
        public void finished(Tensor made) {
            latents.add(made.floats());
        }
    }
}
