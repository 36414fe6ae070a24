package dev.caravan.inference.wan.vae;

import static dev.caravan.inference.wan.vae.VideoCodec.Memory.STREAM;
import static dev.caravan.inference.wan.vae.VideoCodec.Memory.VACE_INACTIVE;
import static dev.caravan.inference.wan.vae.VideoCodec.Memory.VACE_REACTIVE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.caravan.inference.checkpoint.CheckpointException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds for a stream through a TAE only. */
class TaeCodecTest {

    @TempDir
    private static Path folder;

    private static TestVaes vaes;

    @BeforeAll
    static void load() throws CheckpointException {
        vaes = new TestVaes(folder, VaeType.TAE);
    }

    @AfterAll
    static void close() {
        vaes.close();
    }

    @Test
    void aTaeRepeatsTheLastFrameWhereSomeAreMissing() {
        VaeOptions options = vaes.of(VaeType.TAE).options();
        float[] one = Videos.pixels(options, 1, 28);
        float[] four = new float[4 * one.length];
        int plane = options.height() * options.width();
        for (int i = 0; i < 12; i++) {
            System.arraycopy(one, i / 4 * plane, four, i * plane, plane);
        }
        try (VideoCodec a = vaes.of(VaeType.TAE).open();
                VideoCodec b = vaes.of(VaeType.TAE).open()) {
            assertArrayEquals(Videos.encode(a, four, 4, STREAM), Videos.encode(b, one, 1, STREAM));
        }
    }

    @Test
    void aTaeKeepsWhatVaceNeedsWhenItsStreamIsCleared() {
        VaeOptions options = vaes.of(VaeType.TAE).options();
        float[] before = Videos.pixels(options, 4, 29);
        float[] after = Videos.pixels(options, 4, 30);
        try (VideoCodec kept = vaes.of(VaeType.TAE).open();
                VideoCodec cleared = vaes.of(VaeType.TAE).open()) {
            for (VideoCodec.Memory memory : List.of(VACE_INACTIVE, VACE_REACTIVE)) {
                Videos.encode(kept, before, 4, memory);
                Videos.encode(cleared, before, 4, memory);
                cleared.clear();
                assertArrayEquals(Videos.encode(kept, after, 4, memory), Videos.encode(cleared, after, 4, memory));
            }
            assertFalse(Arrays.equals(Videos.encode(kept, after, 4, STREAM), Videos.encode(kept, after, 4, VACE_INACTIVE)));
        }
    }
}
