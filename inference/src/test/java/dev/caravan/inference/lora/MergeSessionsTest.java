package dev.caravan.inference.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.nn.CudaKernels;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MergeSessionsTest {

    @ParameterizedTest
    @EnumSource(value = DType.class, names = {"F32", "BF16", "F16"})
    void everyNodeHasAKernelOnCuda(DType stored) {
        MergeSessions.Types types = new MergeSessions.Types(stored, DType.BF16);
        assertEquals(List.of(), CudaKernels.missing(MergeSessions.model(types, Provider.CUDA)));
    }
}
