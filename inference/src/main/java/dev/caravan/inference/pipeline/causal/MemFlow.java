package dev.caravan.inference.pipeline.causal;

import java.util.Optional;

/**
 * MemFlow, 1.3B, as it is published: its memory bank is never filled there, so that it is {@link LongLive} with other weights (spec
 * models/causal-wan.md §4.4).
 */
public final class MemFlow extends LongLive {

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
}
