package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.tiny.TinySet;
import dev.caravan.inference.wan.TransformerConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One family on small networks with random weights, with VACE and an adapter beside the weights.
 *
 * @param family   as its load parameters made it
 * @param settings it was loaded with
 */
record TinyFamily(CausalFamily family, LoadSettings settings, CausalNetworks networks) {

    static final int SIDE = 32;

    /** Every family there is. */
    static List<CausalFamily> all() {
        return List.of(new LongLive(), new StreamDiffusionV2(), new RewardForcing(), new MemFlow(), new KreaRealtimeVideo());
    }

    /** @param models a folder with what {@link #models} wrote */
    static TinyFamily load(CausalFamily family, Path models) throws Exception {
        Map<String, Object> parameters = new HashMap<>(Map.of("width", SIDE, "height", SIDE, "vace_enabled", true));
        parameters.putAll(LoraFiles.load("runtime_peft", LoraFiles.adapter(adapter(family), 1)));
        LoadSettings settings = LoadSettings.of(family, PipelineSchema.load(family.id()), new LoadRequest(parameters, models));
        return new TinyFamily(family, settings,
                new NetworkLoader(new ModelFiles(family, models), settings, Ort.cpu(), Progress.NONE).load());
    }

    /** A small set with an adapter for each of its transformers. */
    static Path models(Path folder) throws Exception {
        Path models = TinyLongLive.linked(TinySet.models(), folder.resolve("models"));
        for (CausalFamily family : all()) {
            int width = TransformerConfig.parse(new ModelFiles(family, models).configText()).dim();
            LoraFiles.write(models, adapter(family),
                    LoraFiles.matrix("blocks.0.self_attn.v.lora_A.weight", 2, width, 0.3f),
                    LoraFiles.matrix("blocks.0.self_attn.v.lora_B.weight", width, 2, 0.3f));
        }
        return models;
    }

    /** The file of the adapter a family was loaded with. */
    static String adapter(CausalFamily family) {
        return "for-" + family.id() + ".safetensors";
    }

    /** What the family makes of a prompt. */
    float[] embedding(String prompt) {
        return networks.prompts().encode(prompt).values();
    }

    @Override
    public String toString() {
        return family.id() + " " + family.newCachePolicy().keys();
    }

    /** No {@code AutoCloseable}: as an argument of a test it would be closed after the first one. */
    void close() {
        networks.close();
    }
}
