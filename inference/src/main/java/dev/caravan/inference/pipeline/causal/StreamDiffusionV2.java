package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.diffusion.RollingWindow;
import dev.caravan.inference.wan.vae.VaeType;
import java.util.List;
import java.util.Optional;

/**
 * StreamDiffusionV2, 1.3B: a latent frame at a time for low latency, a window of six of which the first three stay, another bend of the
 * schedule (spec models/causal-wan.md §4, schedulers.md §1). As published, it encodes without and decodes with normalisation, and knows
 * only the full autoencoder (vae.md §1).
 */
public final class StreamDiffusionV2 implements CausalFamily {

    private static final int WINDOW = 6;
    private static final int SINK = 3;

    @Override
    public String id() {
        return "streamdiffusionv2";
    }

    @Override
    public String generator() {
        return "StreamDiffusionV2/wan_causal_dmd_v2v/model.pt";
    }

    @Override
    public int latentsPerChunk() {
        return 1;
    }

    @Override
    public List<Integer> denoisingSteps() {
        return List.of(750, 250);
    }

    @Override
    public float timestepShift() {
        return 8;
    }

    @Override
    public KvCachePolicy newCachePolicy() {
        return new RollingWindow(WINDOW, SINK);
    }

    @Override
    public Optional<VaeType> onlyVae() {
        return Optional.of(VaeType.WAN);
    }

    @Override
    public boolean normalisedEncode() {
        return false;
    }
}
