package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.pipeline.ParameterTable;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.text.Conditioning;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;

/**
 * A stream whose parameters go the way of a session's - checked, merged, taken by a chunk - and of which every chunk is kept as the networks
 * saw it. Two of the same that are told the same see the same input.
 */
final class WatchedStream implements AutoCloseable {

    /** Name of a picture of its own for each number: {@code picture 1}. */
    static final String PICTURE = "picture ";

    private static final int WIDTH = 20;
    private static final int HEIGHT = 12;

    /** One denoise step. */
    record Step(float timestep, float[] x, float[] x0) {}

    /** One chunk, as the networks saw it. */
    static final class Seen {
        int start;
        boolean anew;
        Conditioning conditioning;
        OptionalDouble noiseScale = OptionalDouble.empty();
        float[] encoded = {};
        final List<CachePass> recaches = new ArrayList<>();
        final List<Step> steps = new ArrayList<>();
        final List<byte[]> pictures = new ArrayList<>();
        OptionalDouble guidance = OptionalDouble.empty();
        float[] context = {};
        float[] latents = {};
        List<String> refused = List.of();

        float[] embedding() {
            return conditioning.embedding().values();
        }

        List<Float> timesteps() {
            return steps.stream().map(Step::timestep).toList();
        }

        /** What denoising began with. */
        float[] begin() {
            return steps.getFirst().x();
        }

        boolean fromVideo() {
            return noiseScale.isPresent();
        }
    }

    private final TinyFamily of;
    private final RequestReader reader;
    private final VaceReader vace;
    private final ChunkGenerator generator;
    private Map<String, Object> parameters = Map.of();
    private Seen seen = new Seen();
    private long chunks;
    private boolean still;

    WatchedStream(TinyFamily of) {
        this.of = of;
        generator = new ChunkGenerator(of.family(), of.networks(), of.settings().seed(), new Probe());
        reader = new RequestReader("text", of.settings().steps(), of.settings().manageCache(),
                new AdapterScales(of.settings().adapters()));
        vace = new VaceReader(of.family().id(), of.settings().vace(), WatchedStream::picture, generator.inputFrames());
    }

    /** From now on nothing moves in the input. */
    void holdStill() {
        still = true;
    }

    /** Takes an update as a door does and makes the chunk that is the first to use it. */
    Seen chunk(Object... keysAndValues) {
        Map<String, Object> update = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            update.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        ParameterTable.Checked checked = ParameterTable.check(update);
        assertEquals(List.of(), checked.errors());
        parameters = ParameterTable.merge(parameters, checked.accepted());
        seen = new Seen();
        Parameters now = new Parameters(ParameterTable.forPipeline(parameters));
        List<Rgb24> video = reader.fromVideo(now) ? input() : List.of();
        generator.next(reader.read(video, now, vace.read(now, !video.isEmpty())), seen.pictures::add);
        parameters = ParameterTable.afterChunk(parameters);
        seen.refused = vace.refused().stream().map(refusal -> refusal.key()).toList();
        chunks++;
        return seen;
    }

    TinyFamily of() {
        return of;
    }

    private List<Rgb24> input() {
        List<Rgb24> video = new ArrayList<>();
        for (int i = 0; i < generator.inputFrames(); i++) {
            video.add(noise(still ? -1 : 1000 * chunks + i));
        }
        return video;
    }

    private static Rgb24 picture(String path) throws PipelineException {
        if (!path.startsWith(PICTURE)) {
            throw new PipelineException("there is no picture " + path, false);
        }
        return noise(Long.parseLong(path.substring(PICTURE.length())));
    }

    private static Rgb24 noise(long seed) {
        byte[] rgb = new byte[3 * WIDTH * HEIGHT];
        new Random(seed).nextBytes(rgb);
        return new Rgb24(WIDTH, HEIGHT, rgb);
    }

    @Override
    public void close() {
        generator.close();
    }

    private final class Probe implements ChunkProbe {
        private float timestep;
        private float[] x = {};

        @Override
        public void begins(int start, boolean anew, Conditioning conditioning) {
            seen.start = start;
            seen.anew = anew;
            seen.conditioning = conditioning;
        }

        @Override
        public void encoded(float[] pixels, Tensor latents, double noiseScale) {
            seen.encoded = latents.floats();
            seen.noiseScale = OptionalDouble.of(noiseScale);
        }

        @Override
        public void recache(CachePass recache, Tensor latents) {
            seen.recaches.add(recache);
        }

        @Override
        public void guided(VaceContext context, double scale) {
            seen.context = context.tensor().floats();
            seen.guidance = OptionalDouble.of(scale);
        }

        @Override
        public void stepBegins(CachePass pass, float at, Tensor begin) {
            timestep = at;
            x = begin.floats();
        }

        @Override
        public void stepDone(Tensor x0) {
            seen.steps.add(new Step(timestep, x, x0.floats()));
        }

        @Override
        public void finished(Tensor latents) {
            seen.latents = latents.floats();
        }
    }
}
