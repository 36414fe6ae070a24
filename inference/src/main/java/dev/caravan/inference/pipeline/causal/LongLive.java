package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.diffusion.RollingWindow;
import java.util.Optional;

/**
 * LongLive, 1.3B: a window of twelve latent frames of which the first three ever made stay, and a recache when the prompt changes
 * (spec models/causal-wan.md §4.1, §4.2). A family that only brings other weights extends it.
 */
public class LongLive implements CausalFamily {

    static final int WINDOW = 12;
    static final int SINK = 3;

    @Override
    public String id() {
        return "longlive";
    }

    @Override
    public String generator() {
        return "LongLive-1.3B/models/longlive_base.pt";
    }

    @Override
    public Optional<String> builtInLora() {
        return Optional.of("LongLive-1.3B/models/lora.pt");
    }

    @Override
    public KvCachePolicy newCachePolicy() {
        return new RollingWindow(WINDOW, SINK);
    }

    @Override
    public int recachedLatents() {
        return WINDOW;
    }
}
