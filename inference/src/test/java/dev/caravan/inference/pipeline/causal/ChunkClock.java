package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KeyCache;
import dev.caravan.inference.diffusion.KeyView;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.pipeline.causal.ChunkTimes.Pass;
import dev.caravan.inference.pipeline.causal.ChunkTimes.Work;
import dev.caravan.inference.text.Conditioning;
import java.util.ArrayList;
import java.util.List;

/** Takes the times of one stream's chunks, and notes what they are computed from. */
final class ChunkClock implements ChunkProbe {

    /** Blocks that a head sees where it chooses (spec models/causal-wan.md §4.4). */
    private static final int CHOSEN = 3;

    private final CausalFamily family;
    private final List<Double> steps = new ArrayList<>();
    private final List<Pass> stepPasses = new ArrayList<>();
    private final List<Pass> otherPasses = new ArrayList<>();
    private long started;
    private long conditioned;
    private long prepared;
    private long recalled;
    private long guidesReady;
    private long stepStarted;
    private long firstStep;
    private long denoised;
    private long firstPicture;
    private long lastPicture;
    private int start;
    private int encoded;
    private int guides;
    private int decoded;
    private int pictures;

    ChunkClock(CausalFamily family) {
        this.family = family;
    }

    void start() {
        steps.clear();
        stepPasses.clear();
        otherPasses.clear();
        encoded = 0;
        guides = 0;
        pictures = 0;
        started = System.nanoTime();
    }

    @Override
    public void begins(int start, boolean anew, Conditioning conditioning) {
        this.start = start;
        conditioned = System.nanoTime();
        prepared = conditioned;
    }

    @Override
    public void encoded(float[] pixels, Tensor latents, double noiseScale) {
        encoded = (int) latents.shape().dim(0);
        prepared = System.nanoTime();
    }

    @Override
    public void recache(CachePass pass, Tensor latents) {
        otherPasses.add(seen(pass));
    }

    @Override
    public void recalled() {
        recalled = System.nanoTime();
        guidesReady = recalled;
    }

    @Override
    public void guided(VaceContext context, double scale) {
        // What is kept and what is made anew are encoded one by one (spec models/vace.md §2).
        guides = 2 * (int) context.tensor().shape().dim(0);
        guidesReady = System.nanoTime();
    }

    @Override
    public void stepBegins(CachePass pass, float timestep, Tensor x) {
        stepStarted = System.nanoTime();
        if (steps.isEmpty()) {
            firstStep = stepStarted;
        }
        stepPasses.add(seen(pass));
    }

    @Override
    public void stepDone(Tensor x0) {
        steps.add(millis(stepStarted, System.nanoTime()));
    }

    @Override
    public void finished(Tensor latents) {
        decoded = (int) latents.shape().dim(0);
        denoised = System.nanoTime();
    }

    void picture() {
        lastPicture = System.nanoTime();
        if (pictures++ == 0) {
            firstPicture = lastPicture;
        }
    }

    ChunkTimes stop() {
        long ended = System.nanoTime();
        double encode = millis(conditioned, prepared) + millis(recalled, guidesReady);
        if (family.cleanPass()) {
            otherPasses.add(stepPasses.getLast());
        }
        return new ChunkTimes(millis(started, conditioned), encode, millis(conditioned, firstStep) - encode, millis(started, firstStep),
                List.copyOf(steps), millis(denoised, lastPicture), family.cleanPass() ? millis(lastPicture, ended) : 0, millis(started, firstPicture),
                millis(started, ended), pictures,
                new Work(List.copyOf(stepPasses), List.copyOf(otherPasses), guides > 0, decoded, encoded + guides, singles()));
    }

    /** A context whose first frame is no latent any more begins with a picture. */
    private int singles() {
        int context = family.contextLatents();
        return context > 0 && start >= 2 * context ? 1 : 0;
    }

    private Pass seen(CachePass pass) {
        boolean choosing = family.newCachePolicy().keys() == KeyCache.BANKED_SPARSE;
        int seen = choosing && pass.view() instanceof KeyView.Sparse banked ? CHOSEN + banked.window().size() : pass.attendedSlots();
        return new Pass(pass.queryPositions().size(), seen);
    }

    private static double millis(long from, long to) {
        return (to - from) / 1e6;
    }
}
