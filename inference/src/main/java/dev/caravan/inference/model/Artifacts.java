package dev.caravan.inference.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which files each pipeline needs (contract §4.5). */
public final class Artifacts {

    private static final Artifact WAN_1_3B =
            Artifact.of("daydreamlive/Wan2.1-T2V-1.3B", "config.json", "Wan2.1_VAE.pth", "google/");
    private static final Artifact TEXT_ENCODER =
            Artifact.of("daydreamlive/WanVideo_comfy", "config.json", "umt5-xxl-enc-fp8_e4m3fn.safetensors");
    private static final Artifact VACE_1_3B =
            Artifact.of("daydreamlive/WanVideo_comfy", "Wan2_1-VACE_module_1_3B_bf16.safetensors");
    private static final Artifact VACE_14B =
            Artifact.of("daydreamlive/WanVideo_comfy", "Wan2_1-VACE_module_14B_bf16.safetensors");
    private static final Artifact AUTOENCODERS = Artifact.of(
            "daydreamlive/Autoencoders", "config.json", "lightvaew2_1.pth", "taew2_1.pth", "lighttaew2_1.pth");

    private static final Map<String, List<Artifact>> TABLE = Map.ofEntries(
            Map.entry("streamdiffusionv2", generative(VACE_1_3B,
                    Artifact.of("daydreamlive/StreamDiffusionV2", "config.json", "wan_causal_dmd_v2v/model.pt"))),
            Map.entry("longlive", generative(VACE_1_3B,
                    Artifact.of("daydreamlive/LongLive-1.3B", "config.json", "models/longlive_base.pt", "models/lora.pt"))),
            Map.entry("krea-realtime-video", generative(VACE_14B,
                    Artifact.of("daydreamlive/Wan2.1-T2V-14B", "config.json"),
                    Artifact.of("daydreamlive/krea-realtime-video", "config.json", "krea-realtime-video-14b.safetensors"))),
            Map.entry("reward-forcing", generative(VACE_1_3B,
                    Artifact.of("daydreamlive/Reward-Forcing-T2V-1.3B", "config.json", "rewardforcing.pt"))),
            Map.entry("memflow", generative(VACE_1_3B,
                    Artifact.of("daydreamlive/MemFlow", "config.json", "base.pt", "lora.pt"))),
            Map.entry("video-depth-anything", List.of(
                    Artifact.of("daydreamlive/Video-Depth-Anything-Small", "config.json", "video_depth_anything_vits.pth"))),
            Map.entry("scribble", List.of(
                    Artifact.of("daydreamlive/VACE-Annotators", "config.json", "scribble/anime_style/netG_A_latest.pth"))),
            Map.entry("rife", List.of(
                    Artifact.of("daydreamlive/RIFE", "config.json", "flownet.pkl"))));

    private Artifacts() {}

    /** What the pipeline needs, in the order it is fetched; empty for one that needs nothing or is not known. */
    public static List<Artifact> of(String pipelineId) {
        return TABLE.getOrDefault(pipelineId, List.of());
    }

    /** Pipelines that need files, in alphabetical order. */
    public static List<String> pipelines() {
        return TABLE.keySet().stream().sorted().toList();
    }

    /** What several pipelines need together: one artifact a repository, each file once. */
    public static List<Artifact> of(Collection<String> pipelineIds) {
        Map<String, Set<String>> files = new LinkedHashMap<>();
        for (String id : pipelineIds) {
            for (Artifact artifact : of(id)) {
                files.computeIfAbsent(artifact.repo(), repo -> new LinkedHashSet<>()).addAll(artifact.files());
            }
        }
        return files.entrySet().stream()
                .map(entry -> new Artifact(entry.getKey(), List.copyOf(entry.getValue())))
                .toList();
    }

    private static List<Artifact> generative(Artifact vace, Artifact... own) {
        List<Artifact> all = new ArrayList<>(List.of(WAN_1_3B, TEXT_ENCODER, vace, AUTOENCODERS));
        all.addAll(List.of(own));
        return List.copyOf(all);
    }
}
