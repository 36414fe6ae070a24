package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.ContextWindow;
import dev.caravan.inference.diffusion.KvCachePolicy;

/**
 * Krea Realtime Video, 14B: no window that rolls but a context of three frames that is computed anew before every chunk, and a weight by
 * which a session makes it rely less on past frames (spec models/causal-wan.md §4.5). A size that a load does not name is the schema's,
 * as with all families.
 */
public final class KreaRealtimeVideo implements CausalFamily {

    private static final int CONTEXT = 3;

    @Override
    public String id() {
        return "krea-realtime-video";
    }

    @Override
    public String generator() {
        return "krea-realtime-video/krea-realtime-video-14b.safetensors";
    }

    @Override
    public String base() {
        return "Wan2.1-T2V-14B";
    }

    @Override
    public KvCachePolicy newCachePolicy() {
        return new ContextWindow(CONTEXT, latentsPerChunk());
    }

    @Override
    public int contextLatents() {
        return CONTEXT;
    }

    /** Keys and values of a chunk are of no use to the next one. */
    @Override
    public boolean cleanPass() {
        return false;
    }

    @Override
    public double attentionBias() {
        return 0.3;
    }

    /** As many as fill the window, and one that is like all later ones. */
    @Override
    public int warmUpChunks() {
        return 3;
    }

    @Override
    public String vaceModule() {
        return "WanVideo_comfy/Wan2_1-VACE_module_14B_bf16.safetensors";
    }

    /** One matrix makes all three in the reference, unless VACE rebuilds the blocks. */
    @Override
    public boolean sharesScales(boolean vace) {
        return !vace;
    }
}
