package dev.caravan.inference.wan;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.golden.GoldenCaches;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.ort.Tensor;
import java.nio.file.Path;

/** Plays the calls of a recorded stream on its own transformer, in order: {@link #pass}, then {@link TransformerState#begin}, {@link #run}. */
final class GoldenStream implements AutoCloseable {

    private final GoldenCase golden;
    private final GoldenCaches caches;
    private final Transformer transformer;
    private final Probes.Tensors seen;
    private final TransformerState state;
    private String prompt = "";

    /** @param folder for weights that are not recorded as such */
    GoldenStream(GoldenCase golden, Path folder) throws CheckpointException {
        this.golden = golden;
        this.caches = new GoldenCaches(golden);
        this.transformer = GoldenTransformer.load(golden, policy().keys(), new Probes(), folder);
        this.seen = new Probes.Tensors(transformer);
        this.state = transformer.open(policy().capacityFrames());
        state.setAttentionBias(attentionBias());
    }

    /** What the call does to the caches; the stream knows its prompt from then on. */
    CachePass pass(JsonNode call) throws CheckpointException {
        String context = call.at("/inputs/context").asText();
        if (!context.equals(prompt)) {
            state.setPrompt(GoldenTransformer.prompt(golden, context));
            prompt = context;
        }
        return caches.pass(call);
    }

    /** Runs it; what is to be seen of it was tied before. */
    void run(JsonNode call, CachePass pass) throws CheckpointException {
        int frames = pass.queryPositions().size();
        Tensor latents = state.latents(frames);
        latents.write(GoldenTransformer.frameMajor(golden, call.at("/inputs/z").asText()));
        if (call.path("pass").asText().equals("denoise")) {
            if (!GoldenVace.guides(call)) {
                state.withoutVace();
            }
            state.denoise(pass, latents, call.path("t").floatValue(), 0.5f);
        } else {
            // A context that was set before is of no matter to it.
            state.store(pass, latents);
        }
    }

    KvCachePolicy policy() {
        return caches.policy();
    }

    /** That of the whole recording. */
    double attentionBias() {
        return golden.manifest().path("kv_cache_attention_bias").asDouble(1);
    }

    Transformer transformer() {
        return transformer;
    }

    TransformerState state() {
        return state;
    }

    Probes.Tensors seen() {
        return seen;
    }

    @Override
    public void close() {
        state.close();
        seen.close();
        transformer.close();
    }
}
