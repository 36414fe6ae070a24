package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.diffusion.RollingWindow;
import java.util.Optional;

/**
 * MemFlow, 1.3B, as it is published: its memory bank is never filled there, so that its caches are those of {@link LongLive} (spec
 * models/causal-wan.md §4.4).
 */
public final class MemFlow implements CausalFamily {

    private static final int WINDOW = 12;
    private static final int SINK = 3;

    @Override
    public String id() {
        return "memflow";
    }

    @Override
    public String generator() {
        return "MemFlow/base.pt";
    }

    @Override
    public Optional<String> builtInLora() {
        return Optional.of("MemFlow/lora.pt");
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
