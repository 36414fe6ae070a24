package dev.caravan.inference.ort;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.OrtApi.Release;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OrtRuntimeTest {

    @Test
    void whoAsksForTheSameLibraryAgainSharesItsEnvironment() {
        try (OrtRuntime one = OrtRuntime.load(Ort.NATIVES, Provider.CPU);
                OrtRuntime other = OrtRuntime.load(Ort.NATIVES, Provider.CPU)) {
            assertEquals(one.env(), other.env());
            assertEquals(1, one.api().live(Release.ENV));
            other.close();
            other.close();
            assertThrows(IllegalStateException.class, other::env);
            try (Device device = one.cpu(1)) {
                device.load(Graphs.doubling()).close();
            }
        }
    }

    @Test
    void aSecondLibraryIsRefused() {
        try (OrtRuntime one = OrtRuntime.load(Ort.NATIVES, Provider.CPU)) {
            OrtNatives other = new FolderNatives(Path.of("other"), Path.of("other", "libonnxruntime.so"));
            String refusal = assertThrows(OrtException.class, () -> OrtRuntime.load(other, Provider.CPU)).getMessage();
            assertTrue(refusal.startsWith("this process has loaded onnxruntime-" + one.version()), refusal);
        }
    }

    @Test
    void theProviderForCudaIsSetUpAsTheSettingsSay() {
        Map<String, String> options = CudaSession.options(SessionSettings.DEFAULT.withGraphs().exactFp32());
        assertEquals("1", options.get("enable_cuda_graph"));
        assertEquals("0", options.get("use_tf32"));
        assertEquals("1", options.get("enable_skip_layer_norm_strict_mode"));
        assertEquals("kSameAsRequested", options.get("arena_extend_strategy"));
        assertEquals("0", CudaSession.options(SessionSettings.DEFAULT).get("enable_cuda_graph"));
        assertEquals("1", CudaSession.configuration().get("session.disable_cpu_ep_fallback"));
    }

    @Test
    void releasingARecordedRunThatIsNotThereIsHarmless() {
        try (OrtRuntime runtime = OrtRuntime.load(Ort.NATIVES, Provider.CPU);
                Device device = runtime.cpu(1);
                OrtSession session = device.load(Graphs.doubling())) {
            assertDoesNotThrow(() -> device.api().releaseCapturedGraph(session.pointer(), 1));
        }
    }

    @Test
    void aLibraryWithoutTheProviderSaysSoAndLosesNothing() {
        try (OrtRuntime runtime = OrtRuntime.load(Ort.NATIVES, Provider.CPU)) {
            OrtException refusal = assertThrows(OrtException.class, () -> CudaSession.probe(runtime.api()));
            assertTrue(refusal.getMessage().contains("CUDA"), refusal.getMessage());
            assertFalse(refusal.outOfMemory());
            assertEquals(0, runtime.api().live(Release.CUDA_OPTIONS));
        }
    }
}
