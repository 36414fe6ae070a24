package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.AveragedSink;
import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.pipeline.PipelineException;
import java.util.Map;
import java.util.Objects;

/**
 * Reward Forcing, 1.3B: a window of nine latent frames that are seen by their place in it, the first three of which average in those that
 * leave (spec models/causal-wan.md §4.3).
 *
 * <p>As published the average is made in the arithmetic of the network, where next to nothing of a thousandth arrives; the load parameter
 * {@code ema_precision} says {@code model} for that, its default, or {@code fp32}, which takes four bytes more per number of the sink.
 */
public final class RewardForcing implements CausalFamily {

    private static final int WINDOW = 9;
    private static final int SINK = 3;
    private static final String PRECISION = "ema_precision";

    private final boolean wide;

    /** As published. */
    public RewardForcing() {
        this(false);
    }

    private RewardForcing(boolean wide) {
        this.wide = wide;
    }

    @Override
    public CausalFamily configured(Map<String, Object> loadParameters) throws PipelineException {
        Object precision = Objects.requireNonNullElse(loadParameters.get(PRECISION), "model");
        return switch (precision) {
            case String text when text.equals("model") -> new RewardForcing(false);
            case String text when text.equals("fp32") -> new RewardForcing(true);
            default -> throw PipelineException.wrongValue(PRECISION + " must be model or fp32", precision);
        };
    }

    @Override
    public String id() {
        return "reward-forcing";
    }

    @Override
    public String generator() {
        return "Reward-Forcing-T2V-1.3B/rewardforcing.pt";
    }

    @Override
    public KvCachePolicy newCachePolicy() {
        return new AveragedSink(WINDOW, SINK);
    }

    @Override
    public int wideAverages() {
        return wide ? SINK : 0;
    }

    /** As published, the first chunk made from video moves on by a chunk's length too, so that the next one overwrites its last frame. */
    @Override
    public int advance(int start, int frames, boolean fromVideo) {
        return fromVideo && start == 0 ? latentsPerChunk() : frames;
    }
}
