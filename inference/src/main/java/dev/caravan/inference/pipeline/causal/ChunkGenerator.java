package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.FlowMatchSchedule;
import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.diffusion.NoiseController;
import dev.caravan.inference.diffusion.PhiloxNoise;
import dev.caravan.inference.diffusion.VideoPreprocessing;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.pipeline.StageTime;
import dev.caravan.inference.pipeline.causal.StageClock.Stage;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.text.Conditioning;
import dev.caravan.inference.text.ConditioningRequest;
import dev.caravan.inference.text.ConditioningRequest.Restart;
import dev.caravan.inference.text.PromptConditioner;
import dev.caravan.inference.text.PromptTransition;
import dev.caravan.inference.wan.TransformerState;
import dev.caravan.inference.wan.vae.VideoCodec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Makes the chunks of one stream, in the order of spec models/overview.md §2: condition on the prompts, decide whether caches begin anew,
 * prepare latents from noise or video, run again what the family remembers, encode what guides the chunk, denoise, decode, store clean keys
 * and values. Latents, caches and autoencoder states stay on the device; only noise and pictures cross. Owned by one thread; after an
 * exception it is of no more use.
 *
 * <p>Pictures leave before the clean pass, which they do not depend on.
 */
final class ChunkGenerator implements AutoCloseable {

    /** Rotary positions there are: the stream begins anew before it would need more. */
    private static final int MOST_FRAMES = 1024;
    static final int PICTURES_PER_LATENT = 4;

    private final CausalFamily family;
    private final CausalNetworks networks;
    private final long seed;
    private final ChunkProbe probe;
    private final StageClock stages;

    private final FlowMatchSchedule schedule;
    private final VideoPreprocessing preprocessing;
    private final KvCachePolicy caches;
    private final NoiseController noiseController;
    private final PromptConditioner conditioner = new PromptConditioner();
    private final StreamParts parts;
    private final TransformerState transformer;
    private final VideoCodec codec;
    private final ChunkMemory memory;
    private final VaceConditioner vace;

    private int start;
    private boolean begun;
    private boolean fromVideo;
    private List<Integer> steps = List.of();
    private Optional<PromptTransition> walking = Optional.empty();

    /** @throws dev.caravan.inference.ort.OrtException when there is no memory for another stream */
    ChunkGenerator(CausalFamily family, CausalNetworks networks, long seed, ChunkProbe probe) {
        this(family, networks, seed, probe, new StageClock(System::nanoTime));
    }

    /** The same with a clock of its own. */
    ChunkGenerator(CausalFamily family, CausalNetworks networks, long seed, ChunkProbe probe, StageClock stages) {
        this.family = family;
        this.networks = networks;
        this.seed = seed;
        this.probe = probe;
        this.stages = stages;
        schedule = new FlowMatchSchedule(family.timestepShift());
        preprocessing = new VideoPreprocessing(networks.width(), networks.height(), networks.compute());
        caches = family.newCachePolicy();
        noiseController = new NoiseController(family.latentsPerChunk(), networks.compute(), RequestReader.DEFAULT_NOISE_SCALE);
        parts = StreamParts.open(family, networks, caches, probe);
        transformer = parts.transformer();
        codec = parts.codec();
        memory = parts.memory();
        vace = new VaceConditioner(networks.device(), codec, networks.size(), inputFrames());
    }

    /** Input pictures of a chunk made from video. */
    int inputFrames() {
        return PICTURES_PER_LATENT * family.latentsPerChunk();
    }

    /**
     * Makes one chunk; pictures are handed over as each latent is decoded.
     *
     * @return how long its stages took
     */
    List<StageTime> next(ChunkRequest request, VideoCodec.PictureSink out) {
        stages.begin(Stage.TEXT);
        transformer.setAdapterScales(request.loraScales());
        Conditioning conditioning = condition(request);
        beginAnewIfNeeded(request, conditioning);
        if (conditioning.updated() || !begun) {
            transformer.setPrompt(conditioning.embedding());
        }
        transformer.setAttentionBias(request.attentionBias().orElse(family.attentionBias()));
        begun = true;
        fromVideo = request.fromVideo();
        steps = request.steps();

        stages.enter(Stage.ENCODE);
        PhiloxNoise noise = PhiloxNoise.forChunk(seed, start);
        try (NoisyLatents noisy = fromVideo ? fromVideo(request, noise) : fromNoise(noise)) {
            int frames = (int) noisy.latents().shape().dim(0);
            stages.enter(Stage.RECALL);
            memory.recall(start, conditioning.updated());
            probe.recalled();
            CachePass pass = caches.pass(start, frames);
            Tensor clean;
            stages.enter(Stage.GUIDE);
            try (Guidance guidance = guidance(request)) {
                guidance.begin();
                stages.enter(Stage.DENOISE);
                transformer.begin(pass);
                clean = denoise(pass, noisy.latents(), schedule.steps(steps, noisy.scale()), noise);
            }
            probe.finished(clean);
            stages.enter(Stage.DECODE);
            codec.decode(clean, memory.pictures(start, frames, out));
            stages.enter(Stage.CLEAN);
            memory.keep(start, clean);
            if (family.cleanPass()) {
                transformer.store(pass, clean);
            }
            start += family.advance(start, frames, fromVideo);
        }
        return stages.end();
    }

    /**
     * A session names a transition for one chunk and then its targets as prompts, but whoever conditions wants it named until it is over
     * (spec models/text-encoder.md §6): so it is, as long as nothing else is asked for.
     */
    private Optional<PromptTransition> transition(ChunkRequest request) {
        return request.transition().or(() -> walking.filter(transition -> transition.targetPrompts().equals(request.prompts())));
    }

    private Conditioning condition(ChunkRequest request) {
        Restart restart = !begun || request.fromVideo() != fromVideo
                ? Restart.WITH_REQUESTED_PROMPTS
                : request.resetCache() ? Restart.WITH_CURRENT_PROMPTS : Restart.NO;
        Optional<PromptTransition> transition = transition(request);
        Conditioning conditioning = conditioner.next(
                new ConditioningRequest(request.prompts(), request.blending(), transition, restart), networks.prompts());
        walking = transition.filter(any -> conditioning.transitionActive());
        return conditioning;
    }

    /** Spec models/overview.md §2, steps 0, 3 and 5. */
    private void beginAnewIfNeeded(ChunkRequest request, Conditioning conditioning) {
        boolean asked = !begun || request.fromVideo() != fromVideo || request.resetCache();
        boolean otherSteps = request.manageCache() && !request.steps().equals(steps);
        boolean atTheEnd = start >= MOST_FRAMES - family.latentsPerChunk();
        // A hard change of prompts; a transition keeps what there is.
        boolean cut = !request.video().isEmpty() && request.manageCache() && conditioning.updated()
                && !conditioning.transitionActive() && !conditioning.transitionWasActive();
        boolean anew = asked || otherSteps || atTheEnd || cut;
        if (anew) {
            caches.reset();
            codec.clear();
            noiseController.reset();
            start = 0;
        }
        probe.begins(start, anew, conditioning);
    }

    /**
     * Where denoising begins.
     *
     * @param scale share of noise in it; none for a chunk made from noise alone
     */
    private record NoisyLatents(Tensor latents, OptionalDouble scale) implements AutoCloseable {
        @Override
        public void close() {
            latents.close();
        }
    }

    private NoisyLatents fromNoise(PhiloxNoise noise) {
        Shape shape = networks.size().latents(start == 0 ? family.firstLatents() : family.latentsPerChunk());
        float[] drawn = noise.normals((int) shape.elements());
        return new NoisyLatents(networks.device().of(DType.F32, shape, drawn), OptionalDouble.empty());
    }

    private NoisyLatents fromVideo(ChunkRequest request, PhiloxNoise noise) {
        int frames = framesOfChunk();
        float[] video = preprocessing.video(request.rasters(), frames);
        OptionalDouble sent = OptionalDouble.of(request.noiseScale());
        double scale = request.noiseController() ? noiseController.next(video, frames, sent) : noiseController.hold(sent);
        try (Tensor encoded = codec.encode(video, frames)) {
            probe.encoded(video, encoded, scale);
            float[] drawn = noise.normals((int) encoded.shape().elements());
            return new NoisyLatents(networks.mix().mix(encoded, drawn, scale), OptionalDouble.of(scale));
        }
    }

    /** Input frames of the chunk that begins now: the first latent of a stream stands for one more. */
    private int framesOfChunk() {
        return inputFrames() + (start == 0 ? 1 : 0);
    }

    private Guidance guidance(ChunkRequest request) {
        return new Guidance(
                transformer, vace.context(request, preprocessing, framesOfChunk()), request.vace().contextScale(), probe);
    }

    /** The clean latents; they hold until the transformer's next pass. */
    private Tensor denoise(CachePass pass, Tensor noisy, float[] timesteps, PhiloxNoise noise) {
        int frames = (int) noisy.shape().dim(0);
        Tensor x = noisy;
        for (int k = 0; k < timesteps.length; k++) {
            float sigma = schedule.sigma(timesteps[k]);
            probe.stepBegins(pass, timesteps[k], x);
            if (k == timesteps.length - 1) {
                x = transformer.denoise(pass, x, timesteps[k], sigma);
            } else {
                float[] drawn = noise.normals((int) noisy.shape().elements());
                x = transformer.denoise(pass, x, timesteps[k], sigma, schedule.sigma(timesteps[k + 1]), drawn);
            }
            probe.stepDone(transformer.clean(frames));
        }
        return x;
    }

    /** Latents made since the caches began anew. */
    int start() {
        return start;
    }

    @Override
    public void close() {
        parts.close();
    }
}
