package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.wan.TransformerState;
import dev.caravan.inference.wan.vae.VideoCodec;

/** What a stream has on the device: all of it, or nothing when there was no memory for some. */
record StreamParts(TransformerState transformer, VideoCodec codec, ChunkMemory memory) implements AutoCloseable {

    static StreamParts open(CausalFamily family, CausalNetworks networks, KvCachePolicy caches, ChunkProbe probe) {
        TransformerState transformer = networks.transformer().open(caches.capacityFrames());
        try {
            VideoCodec codec = networks.vae().open();
            try {
                return new StreamParts(transformer, codec, ChunkMemory.of(family, networks, caches, transformer, codec, probe));
            } catch (RuntimeException e) {
                codec.close();
                throw e;
            }
        } catch (RuntimeException e) {
            transformer.close();
            throw e;
        }
    }

    @Override
    public void close() {
        try {
            memory.close();
        } finally {
            try {
                codec.close();
            } finally {
                transformer.close();
            }
        }
    }
}
