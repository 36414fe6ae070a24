package dev.caravan.inference.bench.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Provider;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checks themselves, at tiny sizes on the CPU: on a GPU a failure is then one of the GPU's. */
class GpuCheckTest {

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    @Test
    void everyCheckPassesOnTheCpu() {
        int status = GpuCheck.run(Ort.NATIVES, Provider.CPU, folder, false, out());
        assertEquals(0, status, said::toString);
        assertEquals(22, said.toString().lines().filter(line -> line.startsWith("ok ")).count(), said::toString);
        assertFalse(said.toString().contains("FAIL"), said::toString);
    }

    @Test
    void withoutACudaProviderItEndsWithOneLineAndStatusThree() {
        assertEquals(3, GpuCheck.run(Ort.NATIVES, Provider.CUDA, folder, false, out()));
        assertEquals(1, said.toString().lines().count());
        assertTrue(said.toString().startsWith("no GPU check without the CUDA provider"), said::toString);
    }

    @Test
    void aWrongOptionIsNamed() throws Exception {
        assertEquals(2, GpuCheck.run(List.of("--device", "tpu"), out()));
        assertTrue(said.toString().contains("--device takes auto, cuda or cpu; tpu given"), said::toString);
    }

    @Test
    void everyKindOfAttentionMustBeFlash() throws Exception {
        String flash = "Operator=MultiHeadAttention Node=a DataType=bf16 SdpaKernel=FLASH_ATTENTION\n";
        String math = "Operator=MultiHeadAttention Node=b DataType=bf16 SdpaKernel=MATH\n";
        assertTrue(FlashCheck.kernels("other words\n" + flash + flash, true).startsWith("1 kinds of attention"));
        assertThrows(Check.Failed.class, () -> FlashCheck.kernels(flash + math, true));
        assertThrows(Check.Failed.class, () -> FlashCheck.kernels("other words", true));
    }

    @Test
    void resultsThatDifferOrAreNotFiniteAreNotAlike() throws Exception {
        Likeness.of(new float[] {1, 2}, new float[] {1, 2.001f}).atLeast(0.999);
        assertThrows(Check.Failed.class, () -> Likeness.of(new float[] {1, 2}, new float[] {2, -1}).atLeast(0.999));
        assertThrows(Check.Failed.class, () -> Likeness.of(new float[] {1, 2}, new float[] {1, Float.NaN}).atLeast(0.999));
        assertThrows(Check.Failed.class, () -> Likeness.of(new float[] {1, 2}, new float[] {1}).atLeast(0.999));
    }

    private PrintStream out() {
        return new PrintStream(said, true, StandardCharsets.UTF_8);
    }
}
