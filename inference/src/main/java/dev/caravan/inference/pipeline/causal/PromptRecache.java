package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.wan.TransformerState;

/** LongLive: when the prompt changes, the newest latents are passed again under the new one (spec models/causal-wan.md §4.2). */
final class PromptRecache implements ChunkMemory {

    private final int most;
    private final KvCachePolicy caches;
    private final TransformerState transformer;
    private final ChunkProbe probe;
    private final LatentHistory history;

    /** @param most latents passed again; as many as there are when the stream is shorter */
    PromptRecache(int most, CausalNetworks networks, KvCachePolicy caches, TransformerState transformer, ChunkProbe probe) {
        this.most = most;
        this.caches = caches;
        this.transformer = transformer;
        this.probe = probe;
        this.history = new LatentHistory(networks.device(), most, networks.size());
    }

    @Override
    public void recall(int start, boolean newPrompt) {
        if (!newPrompt || start == 0) {
            return;
        }
        int frames = Math.min(start, most);
        Tensor newest = transformer.latents(frames);
        history.read(start, newest);
        CachePass pass = caches.recache(start, frames);
        probe.recache(pass, newest);
        transformer.begin(pass);
        transformer.store(pass, newest);
    }

    @Override
    public void keep(int start, Tensor latents) {
        history.keep(start, latents);
    }

    @Override
    public void close() {
        history.close();
    }
}
