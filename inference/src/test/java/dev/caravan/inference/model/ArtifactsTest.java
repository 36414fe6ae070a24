package dev.caravan.inference.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactsTest {

    private static final String SHARED = "Wan2.1-T2V-1.3B/config.json Wan2.1-T2V-1.3B/Wan2.1_VAE.pth Wan2.1-T2V-1.3B/google/ "
            + "WanVideo_comfy/config.json WanVideo_comfy/umt5-xxl-enc-fp8_e4m3fn.safetensors "
            + "WanVideo_comfy/Wan2_1-VACE_module_%s_bf16.safetensors "
            + "Autoencoders/config.json Autoencoders/lightvaew2_1.pth Autoencoders/taew2_1.pth Autoencoders/lighttaew2_1.pth ";

    @ParameterizedTest
    @CsvSource({
        "longlive, 1_3B, LongLive-1.3B/config.json LongLive-1.3B/models/longlive_base.pt LongLive-1.3B/models/lora.pt",
        "streamdiffusionv2, 1_3B, StreamDiffusionV2/config.json StreamDiffusionV2/wan_causal_dmd_v2v/model.pt",
        "reward-forcing, 1_3B, Reward-Forcing-T2V-1.3B/config.json Reward-Forcing-T2V-1.3B/rewardforcing.pt",
        "memflow, 1_3B, MemFlow/config.json MemFlow/base.pt MemFlow/lora.pt",
        "krea-realtime-video, 14B, Wan2.1-T2V-14B/config.json krea-realtime-video/config.json krea-realtime-video/krea-realtime-video-14b.safetensors",
    })
    void generativePipelinesShareTheirBase(String id, String vace, String own) {
        assertEquals(SHARED.formatted(vace) + own, files(id));
    }

    @ParameterizedTest
    @CsvSource({
        "video-depth-anything, Video-Depth-Anything-Small/config.json Video-Depth-Anything-Small/video_depth_anything_vits.pth",
        "scribble, VACE-Annotators/config.json VACE-Annotators/scribble/anime_style/netG_A_latest.pth",
        "rife, RIFE/config.json RIFE/flownet.pkl",
    })
    void othersNeedOnlyTheirOwn(String id, String own) {
        assertEquals(own, files(id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"passthrough", "gray", "edges", "optical-flow", "controller-viz", "test-card", "nobody-knows-it", ""})
    void theRestNeedNothing(String id) {
        assertEquals(List.of(), Artifacts.of(id));
    }

    @Test
    void aRepositoryHasAnOwnerAndAName() {
        assertThrows(IllegalArgumentException.class, () -> Artifact.of("RIFE"));
        assertThrows(IllegalArgumentException.class, () -> Artifact.of("a/b/c"));
    }

    private static String files(String id) {
        return Artifacts.of(id).stream()
                .flatMap(artifact -> artifact.files().stream().map(file -> artifact.folder() + "/" + file))
                .collect(Collectors.joining(" "));
    }
}
