package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;
import dev.caravan.inference.wan.TransformerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One way of loading one of the families with all it can have at once: VACE, an adapter added while it runs and one that is merged. On a
 * small set of models.
 *
 * @param load what its load names besides
 */
record FamilyCase(String name, CausalFamily family, Map<String, Object> load) {

    /** An adapter of this name fits the family's generator; its scale may be changed. */
    static String adapter(CausalFamily family) {
        return family.base().endsWith("14B") ? "large-beside.safetensors" : "beside.safetensors";
    }

    static List<FamilyCase> all() {
        return List.of(
                new FamilyCase("longlive", new LongLive(), Map.of()),
                new FamilyCase("streamdiffusionv2", new StreamDiffusionV2(), Map.of()),
                new FamilyCase("reward-forcing", new RewardForcing(), Map.of()),
                new FamilyCase("reward-forcing with wide averages", new RewardForcing(), Map.of("ema_precision", "fp32")),
                new FamilyCase("memflow", new MemFlow(), Map.of()),
                new FamilyCase("memflow with its memory", new MemFlow(), Map.of("memflow_mode", "upstream")),
                new FamilyCase("memflow with a sparse memory", new MemFlow(),
                        Map.of("memflow_mode", "upstream", "memflow_sparse_attention", true)),
                new FamilyCase("krea-realtime-video", new KreaRealtimeVideo(), Map.of()));
    }

    /** A set of models with adapters for all of them. */
    static Path models(Path folder) throws IOException, CheckpointException {
        Path models = TinyLongLive.models(folder);
        for (CausalFamily family : List.of(new LongLive(), new KreaRealtimeVideo())) {
            int dim = TransformerConfig.parse(new ModelFiles(family, models).configText()).dim();
            for (String name : List.of(adapter(family), "merged-" + adapter(family))) {
                String layer = name.startsWith("merged") ? "blocks.0.cross_attn.q" : "blocks.1.self_attn.v";
                LoraFiles.write(models, name, LoraFiles.matrix(layer + ".lora_A.weight", 2, dim, 0.05f),
                        LoraFiles.matrix(layer + ".lora_B.weight", dim, 2, 0.05f));
            }
        }
        return models;
    }

    LoadRequest request(Path models) {
        Map<String, Object> all = new HashMap<>(Map.of("vace_enabled", true, "loras", List.of(
                Map.of("path", adapter(family), "scale", 0.5, "merge_mode", "runtime_peft"),
                Map.of("path", "merged-" + adapter(family), "scale", 0.5, "merge_mode", "permanent_merge"))));
        all.putAll(load);
        return TinyLongLive.request(models, all);
    }

    CausalPipeline on(Device device) {
        return new CausalPipeline(family, PipelineSchema.load(family.id()), folder -> List.of(), () -> device);
    }

    LoadedPipeline load(Device device, Path models) throws PipelineException, InterruptedException {
        return on(device).load(request(models), Progress.NONE);
    }

    /** A stream that finds a picture under every name but {@code none}. */
    static PipelineStream open(LoadedPipeline model) throws PipelineException {
        return model.open(new SessionSeed("session", path -> {
            if (path.equals("none")) {
                throw new PipelineException("there is no picture none", false);
            }
            byte[] rgb = new byte[3 * 20 * 12];
            new Random(path.hashCode()).nextBytes(rgb);
            return new Rgb24(20, 12, rgb);
        }));
    }

    /** Latents of the first chunk, in text mode. */
    int firstPictures(boolean video) {
        int latents = video ? family.latentsPerChunk() + 1 : family.firstLatents();
        return 4 * latents - 3;
    }

    int laterPictures() {
        return 4 * family.latentsPerChunk();
    }

    /** What a client of all sliders and buttons sends, one chunk after the other. */
    List<Map<String, Object>> walk(int chunks, long seed) {
        Random random = new Random(seed);
        Map<String, Object> now = new HashMap<>(Map.of("input_mode", "text", "denoising_step_list", List.of(1000, 500)));
        List<Map<String, Object>> walk = new ArrayList<>();
        for (int i = 0; i < chunks; i++) {
            now.keySet().removeAll(List.of(
                    "lora_scales", "reset_cache", "vace_ref_images", "first_frame_image", "last_frame_image", "transition"));
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                change(now, random);
            }
            walk.add(Map.copyOf(now));
        }
        return walk;
    }

    private void change(Map<String, Object> now, Random random) {
        String picture = "picture " + random.nextInt(4);
        List<Map<String, Object>> prompts = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            prompts.add(Map.of("text", "scene " + random.nextInt(4), "weight", random.nextInt(5) / 2.0));
        }
        switch (random.nextInt(15)) {
            case 0, 1 -> now.put("input_mode", random.nextBoolean() ? "video" : "text");
            case 2, 3 -> now.put("prompts", prompts);
            case 4 -> now.put("transition", Map.of("target_prompts", prompts, "num_steps", random.nextInt(4),
                    "temporal_interpolation_method", random.nextBoolean() ? "linear" : "slerp"));
            case 5 -> now.put("denoising_step_list", List.of(List.of(1000), List.of(1000, 500), List.of(900, 600, 300)).get(random.nextInt(3)));
            case 6 -> now.put("lora_scales", List.of(Map.of("path", adapter(family), "scale", random.nextInt(41) / 2.0 - 10)));
            case 7 -> now.put("reset_cache", true);
            case 8 -> now.put("manage_cache", random.nextBoolean());
            case 9 -> now.put("kv_cache_attention_bias", 0.01 + 0.99 * random.nextDouble());
            case 10 -> now.put("vace_enabled", random.nextBoolean());
            case 11 -> now.put("vace_use_input_video", random.nextBoolean());
            case 12 -> now.put("vace_context_scale", random.nextInt(5) / 2.0);
            case 13 -> now.put("vace_ref_images", List.of(picture, "none", "picture 9"));
            default -> now.put(random.nextBoolean() ? "first_frame_image" : "last_frame_image", picture);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
