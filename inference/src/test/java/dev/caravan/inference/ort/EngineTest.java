package dev.caravan.inference.ort;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {

    @TempDir
    private Path data;

    @Test
    void itIsLoadedWhenTheFirstModelAsksAndNotBefore() {
        try (Engine engine = Engine.open(settings(DeviceRequest.CPU, Optional.empty()))) {
            assertEquals("inference on CPU: as asked, 2 threads", engine.describe());
            assertTrue(Files.notExists(data.resolve("natives")));
            Device device = engine.device();
            assertSame(device, engine.get());
            try (Tensor tensor = device.of(DType.F32, Shape.of(1), new float[] {3})) {
                assertArrayEquals(new float[] {3}, tensor.floats());
            }
        }
    }

    @Test
    void withNativesForTheCpuOnlyAutoSaysWhyItIsTheCpu() {
        try (Engine engine = Engine.open(settings(DeviceRequest.AUTO, Optional.empty()))) {
            assertEquals(Provider.CPU, engine.provider());
            assertEquals(
                    "inference on CPU: the natives have no CUDA provider (build with --device cuda or give --ort DIR)", engine.describe());
        }
    }

    @Test
    void cudaThatCannotBeHadIsRefusedInOneLine() {
        String refusal = refusal(settings(DeviceRequest.CUDA, Optional.empty()));
        assertEquals("--device cuda: the natives have no CUDA provider (build with --device cuda or give --ort DIR)", refusal);
    }

    @Test
    void aFolderWithoutNativesIsRefusedInOneLineWhateverIsAskedFor() {
        for (DeviceRequest request : DeviceRequest.values()) {
            String refusal = refusal(settings(request, Optional.of(data)));
            assertTrue(refusal.contains(data + " holds no "), refusal);
        }
    }

    @Test
    void aClosedEngineGivesNoDevice() {
        Engine engine = Engine.open(settings(DeviceRequest.CPU, Optional.empty()));
        engine.device();
        engine.close();
        engine.close();
        assertThrows(IllegalStateException.class, engine::device);
    }

    private static String refusal(EngineSettings settings) {
        String message = assertThrows(IllegalArgumentException.class, () -> Engine.open(settings)).getMessage();
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    private EngineSettings settings(DeviceRequest device, Optional<Path> natives) {
        return new EngineSettings(device, natives, data, 2);
    }
}
