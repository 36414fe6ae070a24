package dev.caravan.inference.bench;

import dev.caravan.inference.pipeline.Parameters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A pipeline in one of its modes: a row of the table.
 *
 * @param pipeline id
 * @param mode     what is special, for a person
 * @param source   what its chunks begin with
 * @param load     load parameters besides the size
 * @param session  parameters of a session besides prompt and steps
 */
public record PipelineCase(String pipeline, String mode, Source source, Map<String, Object> load, Map<String, Object> session) {

    /** What chunks begin with. */
    public enum Source {
        TEXT,
        VIDEO,
        /** Noise, while input pictures guide through VACE. */
        GUIDED
    }

    private static final String KREA = "krea-realtime-video";
    private static final String STREAM_DIFFUSION = "streamdiffusionv2";
    /** An adapter that is added while it runs, in the models folder. */
    static final String ADAPTER = "bench.safetensors";

    /** Every pipeline from text and from video, and what else it can be run with. */
    public static List<PipelineCase> all() {
        List<PipelineCase> cases = new ArrayList<>();
        for (String pipeline : List.of("longlive", STREAM_DIFFUSION, "reward-forcing", "memflow")) {
            cases.add(text(pipeline, "", Map.of(), Map.of()));
            cases.add(of(pipeline, "", Source.VIDEO, Map.of(), Map.of()));
            cases.add(of(pipeline, "VACE", Source.GUIDED, Map.of(), Map.of()));
        }
        cases.add(text("memflow", "upstream", Map.of("memflow_mode", "upstream"), Map.of()));
        cases.add(text("memflow", "upstream, sparse", Map.of("memflow_mode", "upstream", "memflow_sparse_attention", true), Map.of()));
        cases.add(text("longlive", "adapter at runtime", adapter(), Map.of()));
        cases.add(text("longlive", "fp8", float8(), Map.of()));
        cases.add(text(KREA, "bias 0.3", Map.of(), Map.of("kv_cache_attention_bias", 0.3)));
        cases.add(text(KREA, "bias 1.0", Map.of(), Map.of("kv_cache_attention_bias", 1.0)));
        cases.add(of(KREA, "bias 0.3", Source.VIDEO, Map.of(), Map.of("kv_cache_attention_bias", 0.3)));
        cases.add(of(KREA, "VACE", Source.GUIDED, Map.of(), Map.of()));
        cases.add(text(KREA, "fp8", float8(), Map.of()));
        return List.copyOf(cases);
    }

    private static PipelineCase text(String pipeline, String mode, Map<String, Object> load, Map<String, Object> session) {
        return of(pipeline, mode, Source.TEXT, load, session);
    }

    private static PipelineCase of(String pipeline, String mode, Source source, Map<String, Object> load, Map<String, Object> session) {
        Map<String, Object> all = new HashMap<>(load);
        all.put("vace_enabled", source == Source.GUIDED);
        return new PipelineCase(pipeline, mode, source, Map.copyOf(all), session);
    }

    private static Map<String, Object> float8() {
        return Map.of("quantization", "fp8_e4m3fn");
    }

    private static Map<String, Object> adapter() {
        return Map.of("lora_merge_mode", "runtime_peft", "loras", List.of(Map.of("path", ADAPTER, "scale", 0.8)));
    }

    String name() {
        String begins = switch (source) {
            case TEXT -> "text";
            case VIDEO -> "video";
            case GUIDED -> "guided";
        };
        return pipeline + ", " + begins + (mode.isEmpty() ? "" : ", " + mode);
    }

    /** Whether it is of the 14B model. */
    boolean large() {
        return pipeline.equals(KREA);
    }

    /** Of pictures at the published sizes, pixels. */
    int height() {
        boolean wide = !pipeline.equals(STREAM_DIFFUSION) && (source == Source.TEXT || source == Source.GUIDED && large());
        return wide ? 320 : large() ? 256 : 512;
    }

    /** As {@link #height}. */
    int width() {
        return height() == 320 ? 576 : height();
    }

    /** Timesteps that clients show for this mode. */
    List<Integer> steps() {
        if (pipeline.equals(STREAM_DIFFUSION)) {
            return source == Source.TEXT ? List.of(1000, 750) : List.of(750, 250);
        }
        return source == Source.TEXT ? List.of(1000, 750, 500, 250) : List.of(1000, 750);
    }

    /** Load parameters for a size, pixels. */
    Map<String, Object> load(int height, int width) {
        Map<String, Object> all = new HashMap<>(load);
        all.put("height", height);
        all.put("width", width);
        return all;
    }

    /** What a session's chunk is made with. */
    Parameters parameters(String prompt) {
        Map<String, Object> all = new HashMap<>(session);
        all.put("prompts", List.of(Map.of("text", prompt, "weight", 1.0)));
        all.put("denoising_step_list", steps());
        all.put("input_mode", source == Source.TEXT ? "text" : "video");
        all.put("vace_enabled", source == Source.GUIDED);
        all.put("noise_controller", false);
        return new Parameters(all);
    }

    /** Chunks until every chunk is like the one before: all slots of the caches are used, a bank is full. */
    int untilSteady() {
        return mode.startsWith("upstream") ? 12 : pipeline.equals(STREAM_DIFFUSION) ? 7 : 5;
    }
}
