package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.checkpoint.ByteProgress;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.DerivedWeights;
import dev.caravan.inference.checkpoint.Float8;
import dev.caravan.inference.checkpoint.NewTensor;
import dev.caravan.inference.checkpoint.SafetensorsWriter;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.diffusion.RollingWindow;
import dev.caravan.inference.golden.Deviation;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.CudaKernels;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.onnx.Initializer;
import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.text.PromptEmbedding;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A transformer whose matrices are kept in eight bits. */
class Float8TransformerTest {

    private static final TransformerConfig CONFIG = new TransformerConfig(48, 96, 2, 2, 16, 20, 7, 1e-6f);
    private static final LatentSize SIZE = new LatentSize(4, 6);

    @TempDir
    private Path folder;

    private Checkpoint quantized;

    @BeforeEach
    void quantize() throws Exception {
        TestWeights.random(folder.resolve("weights.safetensors"), CONFIG, 5);
        quantized = new DerivedWeights(folder.resolve("derived")).of(
                "model", Checkpoint.open(folder.resolve("weights.safetensors")), Float8.each(), ByteProgress.NONE);
    }

    @Test
    void itComputesWhatOneOfTheSameNumbersInFullComputes() throws Exception {
        Deviation.relative("flow", flow(Weights.of(widened())), flow(Weights.of(quantized)), 1e-5);
    }

    @Test
    void itIsNearTheOneItWasMadeFromAndNotTheSame() throws Exception {
        float[] exact = flow(Weights.of(Checkpoint.open(folder.resolve("weights.safetensors"))));
        float[] narrow = flow(Weights.of(quantized));
        double largest = 0;
        double apart = 0;
        for (int i = 0; i < exact.length; i++) {
            largest = Math.max(largest, Math.abs(exact[i]));
            apart = Math.max(apart, Math.abs(exact[i] - narrow[i]));
        }
        assertTrue(apart / largest > 1e-3 && apart / largest < 0.3, "apart by " + apart / largest);
    }

    @Test
    void onCudaTheMatricesStayInEightBitsAndEveryNodeHasAKernel() throws Exception {
        OnnxModel step = TransformerGraph.step(
                Weights.of(narrow()), CONFIG, SIZE, TransformerOptions.of(DType.BF16), Provider.CUDA, Probe.NONE);
        assertEquals(List.of(), CudaKernels.missing(step));
        List<String> matrices = step.initializers().stream()
                .filter(weight -> weight instanceof Initializer.External external && external.dtype() == DType.F8_E4M3)
                .map(Initializer::name).toList();
        // Eight matrices of each block that belong to the step, two of the time embedding, its projection, the head.
        assertEquals(8 * CONFIG.layers() + 4, matrices.size(), matrices.toString());
    }

    private float[] flow(Weights weights) {
        try (Transformer transformer = Transformer.load(Ort.cpu(), CONFIG, SIZE, weights, TransformerOptions.of(DType.F32));
                TransformerState state = transformer.open(3)) {
            Random random = new Random(1);
            state.setPrompt(new PromptEmbedding(CONFIG.textLen(), CONFIG.textDim(), normals(random, CONFIG.textLen() * CONFIG.textDim())));
            state.latents(3).write(normals(random, (int) SIZE.latents(3).elements()));
            state.denoise(new RollingWindow(3, 1).pass(0, 3), state.latents(3), 500, 0.5f);
            return state.flow(3).floats();
        }
    }

    private static float[] normals(Random random, int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    /** The numbers the quantized matrices stand for, as fp32. */
    private Checkpoint widened() throws Exception {
        Weights weights = Weights.of(quantized);
        return written("wide", tensor -> {
            float[] numbers = Checkpoint.floats(tensor);
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] *= weights.scale(tensor.name());
            }
            return NewTensor.of(tensor.name(), DType.F32, tensor.shape(), numbers);
        });
    }

    /** As a GPU has them: all that was not quantized in bf16. */
    private Checkpoint narrow() throws Exception {
        return written("narrow", tensor -> NewTensor.copyOf(tensor,
                tensor.dtype() == DType.F8_E4M3 || tensor.name().endsWith(Float8.SCALE) ? tensor.dtype() : DType.BF16));
    }

    private interface Copy {
        NewTensor of(StoredTensor tensor) throws Exception;
    }

    private Checkpoint written(String name, Copy copy) throws Exception {
        List<NewTensor> tensors = new ArrayList<>();
        for (StoredTensor tensor : quantized.tensors().values()) {
            tensors.add(copy.of(tensor));
        }
        Path file = folder.resolve(name + ".safetensors");
        SafetensorsWriter.write(file, tensors, Map.of(), ByteProgress.NONE);
        return Checkpoint.open(file);
    }
}
