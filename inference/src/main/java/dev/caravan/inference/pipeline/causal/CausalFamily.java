package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.wan.VaeType;
import java.util.List;
import java.util.Optional;

/** In what one family of causal video models differs from the others; one small class each. Stateless. */
public interface CausalFamily {

    /** The pipeline id, for example {@code longlive}. */
    String id();

    /** The generator's checkpoint, relative to the models folder. */
    String generator();

    /** The folder whose {@code config.json} gives the generator's dimensions, relative to the models folder. */
    default String base() {
        return "Wan2.1-T2V-1.3B";
    }

    /** An adapter that belongs to the model and is merged when it is loaded, relative to the models folder. */
    default Optional<String> builtInLora() {
        return Optional.empty();
    }

    /** The module that lets it be guided, relative to the models folder. */
    default String vaceModule() {
        return "WanVideo_comfy/Wan2_1-VACE_module_1_3B_bf16.safetensors";
    }

    /** Latent frames of a chunk; the first chunk made from video has one more. */
    default int latentsPerChunk() {
        return 3;
    }

    /** Latent frames of the first chunk that is made from noise alone: the autoencoder begins with two at least. */
    default int firstLatents() {
        return Math.max(2, latentsPerChunk());
    }

    /** The autoencoder it takes whatever is asked for. */
    default Optional<VaeType> onlyVae() {
        return Optional.empty();
    }

    /** Whether encoded video is scaled to what the transformer was trained on (spec models/vae.md §1). */
    default boolean normalisedEncode() {
        return true;
    }

    /** The timesteps of a session that names none. */
    default List<Integer> denoisingSteps() {
        return List.of(1000, 750, 500, 250);
    }

    /** Of the flow-matching schedule. */
    default float timestepShift() {
        return 5;
    }

    /** A stream's bookkeeping of its key-value caches. */
    KvCachePolicy newCachePolicy();

    /**
     * Whether the final latents are passed once more, so that clean keys and values are stored.
     */
    default boolean cleanPass() {
        return true;
    }

    /**
     * By how many frames the stream moves on after a chunk.
     *
     * @param start  frame the chunk began at
     * @param frames latent frames it has
     */
    default int advance(int start, int frames, boolean fromVideo) {
        return frames;
    }

    /** How many of the newest latents are run again when the prompt changes; 0 for a family that does not do that. */
    default int recachedLatents() {
        return 0;
    }
}
