package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.ort.Device;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.text.PromptEncoder;
import dev.caravan.inference.wan.LatentMix;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.Transformer;
import dev.caravan.inference.wan.vae.VideoAutoencoder;

/**
 * The networks of a loaded model, shared by all its streams. Thread-safe.
 *
 * @param compute element type of the transformer's caches and activations; latents are fp32
 * @param size    of a latent frame
 * @param prompts makes an embedding of a cleaned prompt
 * @param text    what {@code prompts} computes with
 * @param memory  what all of it takes
 */
record CausalNetworks(
        Device device,
        DType compute,
        LatentSize size,
        PromptEncoder prompts,
        AutoCloseable text,
        Transformer transformer,
        VideoAutoencoder vae,
        LatentMix mix,
        MemoryPlan memory)
        implements AutoCloseable {

    /** Of pictures, in pixels. */
    int width() {
        return size.width() * 8;
    }

    /** Of pictures, in pixels. */
    int height() {
        return size.height() * 8;
    }

    @Override
    public void close() {
        mix.close();
        vae.close();
        transformer.close();
        try {
            text.close();
        } catch (Exception e) {
            throw new IllegalStateException("the text encoder could not be freed", e);
        }
    }
}
