package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.tiny.TinySet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One family on small networks with random weights, with VACE.
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

    static TinyFamily load(CausalFamily family) throws Exception {
        return load(family, Map.of());
    }

    static TinyFamily load(CausalFamily family, Map<String, Object> more) throws Exception {
        Map<String, Object> parameters = new HashMap<>(Map.of("width", SIDE, "height", SIDE, "vace_enabled", true));
        parameters.putAll(more);
        LoadSettings settings =
                LoadSettings.of(family, PipelineSchema.load(family.id()), new LoadRequest(parameters, TinySet.models()));
        return new TinyFamily(family, settings,
                new NetworkLoader(new ModelFiles(family, TinySet.models()), settings, Ort.cpu(), Progress.NONE).load());
    }

    /** What the family makes of a prompt. */
    float[] embedding(String prompt) {
        return networks.prompts().encode(prompt).values();
    }

    @Override
    public String toString() {
        return family.id();
    }

    /** No {@code AutoCloseable}: as an argument of a test it would be closed after the first one. */
    void close() {
        networks.close();
    }
}
