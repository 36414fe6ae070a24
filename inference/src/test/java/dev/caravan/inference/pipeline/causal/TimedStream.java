package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.text.Conditioning;
import dev.caravan.inference.text.Interpolation;
import dev.caravan.inference.text.PromptEncoder;
import dev.caravan.inference.text.WeightedPrompt;
import dev.caravan.inference.wan.LatentMix;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.Transformer;
import dev.caravan.inference.wan.vae.VideoAutoencoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A LongLive stream that tells how long each part of a chunk took. Owns the networks it is given. */
public final class TimedStream implements AutoCloseable {

    /** Of a session from video, as clients of LongLive ask for it. */
    public static final List<Integer> VIDEO_STEPS = List.of(1000, 750);

    /**
     * Milliseconds.
     *
     * @param text    the prompt's embedding; next to nothing when it did not change
     * @param before  all that comes before the first denoise step, a recache too
     * @param encode  of video: resize, encode, mix with noise
     * @param steps   each denoise step, the noise for the next one included
     * @param decode  up to the last picture
     * @param clean   the pass that stores clean keys and values
     * @param first   from the call to the first picture
     * @param total   the whole call
     */
    public record Times(double text, double before, double encode, List<Double> steps, double decode, double clean, double first, double total,
            int pictures) {}

    private final CausalNetworks networks;
    private final LongLive family = new LongLive();
    private final Clock clock = new Clock();
    private final ChunkGenerator generator;

    public TimedStream(Device device, DType compute, LatentSize size, PromptEncoder prompts, AutoCloseable text, Transformer transformer,
            VideoAutoencoder vae) {
        networks = new CausalNetworks(device, compute, size, prompts, text, transformer, vae, new LatentMix(device), new MemoryPlan("", 0, 0));
        generator = new ChunkGenerator(family, networks, 42, clock);
    }

    public int inputFrames() {
        return generator.inputFrames();
    }

    /** One chunk; from noise when there are no pictures. */
    public Times chunk(String prompt, List<Rgb24> video) {
        List<Integer> steps = video.isEmpty() ? family.denoisingSteps() : VIDEO_STEPS;
        clock.start();
        generator.next(new ChunkRequest(video, List.of(new WeightedPrompt(prompt)), Interpolation.LINEAR, Optional.empty(), steps,
                RequestReader.DEFAULT_NOISE_SCALE, false, false, false, VaceRequest.NONE, OptionalDouble.empty(), Map.of()), rgb -> clock.picture());
        return clock.stop();
    }

    @Override
    public void close() {
        generator.close();
        networks.close();
    }

    private static final class Clock implements ChunkProbe {

        private final List<Double> steps = new ArrayList<>();
        private long started;
        private long conditioned;
        private long stepStarted;
        private long firstStep;
        private long denoised;
        private long firstPicture;
        private long lastPicture;
        private double encode;
        private int pictures;

        private void start() {
            steps.clear();
            encode = 0;
            pictures = 0;
            started = System.nanoTime();
        }

        @Override
        public void begins(int start, boolean anew, Conditioning conditioning) {
            conditioned = System.nanoTime();
        }

        @Override
        public void encoded(float[] pixels, Tensor latents, double noiseScale) {
            encode = millis(conditioned, System.nanoTime());
        }

        @Override
        public void stepBegins(CachePass pass, float timestep, Tensor x) {
            stepStarted = System.nanoTime();
            if (steps.isEmpty()) {
                firstStep = stepStarted;
            }
        }

        @Override
        public void stepDone(Tensor x0) {
            steps.add(millis(stepStarted, System.nanoTime()));
        }

        @Override
        public void finished(Tensor latents) {
            denoised = System.nanoTime();
        }

        private void picture() {
            lastPicture = System.nanoTime();
            if (pictures++ == 0) {
                firstPicture = lastPicture;
            }
        }

        private Times stop() {
            long ended = System.nanoTime();
            return new Times(millis(started, conditioned), millis(started, firstStep), encode, List.copyOf(steps),
                    millis(denoised, lastPicture), millis(lastPicture, ended), millis(started, firstPicture), millis(started, ended), pictures);
        }

        private static double millis(long from, long to) {
            return (to - from) / 1e6;
        }
    }
}
