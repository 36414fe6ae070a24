package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.wan.vae.VaeType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** In what one family of causal video models differs from the others; one small class each. Immutable. */
public interface CausalFamily {

    /** The pipeline id, for example {@code longlive}. */
    String id();

    /**
     * The family as load parameters of its own want it.
     *
     * @param loadParameters all of them, as sent
     * @throws PipelineException in one line, when one of its own is wrong
     */
    default CausalFamily configured(Map<String, Object> loadParameters) throws PipelineException {
        return this;
    }

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

    /** How many slots the policy averages at a time, if those averages are to be wider than what is computed in; else 0. */
    default int wideAverages() {
        return 0;
    }

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

    /**
     * Whether queries, keys and values of the self-attention have one scale together when their matrices are quantized (spec
     * models/causal-wan.md §6).
     *
     * @param vace whether it is loaded with VACE
     */
    default boolean sharesScales(boolean vace) {
        return false;
    }

    /** How many of the newest latents are run again when the prompt changes; 0 for a family that does not do that. */
    default int recachedLatents() {
        return 0;
    }

    /** How many context frames are run again before every chunk but the first; 0 for a family that does not do that. */
    default int contextLatents() {
        return 0;
    }

    /** Weight of past frames where a session names none, above 0; 1 where it makes no difference. */
    default double attentionBias() {
        return 1;
    }

    /** How many chunks are made for nobody when the model is loaded. */
    default int warmUpChunks() {
        return 0;
    }
}
