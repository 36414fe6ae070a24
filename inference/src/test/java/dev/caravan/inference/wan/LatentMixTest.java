package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.CudaKernels;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatentMixTest {

    @Test
    void noiseTakesItsShareAndTheVideoTheRest() {
        try (LatentMix mix = new LatentMix(Ort.cpu());
                Tensor latents = Ort.cpu().of(DType.F32, Shape.of(1, 1, 1, 4), new float[] {1, 2, 3, -4});
                Tensor mixed = mix.mix(latents, new float[] {10, 20, -30, 40}, 0.25)) {
            assertEquals(latents.shape(), mixed.shape());
            assertArrayEquals(new float[] {3.25f, 6.5f, -5.25f, 7}, mixed.floats(), 1e-6f);
        }
    }

    @Test
    void everyNodeHasAKernelOnCuda() {
        assertEquals(List.of(), CudaKernels.missing(LatentMix.graph(Provider.CUDA)));
    }
}
