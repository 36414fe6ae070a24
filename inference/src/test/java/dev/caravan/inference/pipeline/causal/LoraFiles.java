package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.checkpoint.ByteProgress;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.NewTensor;
import dev.caravan.inference.checkpoint.SafetensorsWriter;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Adapters that somebody put into the LoRA folder of a small set of models, whose layers are 32 wide. */
final class LoraFiles {

    static final String CONVERTED = "random-weights-converted.safetensors";
    static final String TRAINER = "random-weights-trainer.safetensors";

    private LoraFiles() {}

    static Path write(Path models, String name, NewTensor... tensors) throws IOException, CheckpointException {
        Path file = models.resolve("lora").resolve(name);
        Files.createDirectories(file.getParent());
        SafetensorsWriter.write(file, List.of(tensors), Map.of(), ByteProgress.NONE);
        return file;
    }

    static NewTensor matrix(String name, long rows, long columns, float value) {
        float[] numbers = new float[(int) (rows * columns)];
        Arrays.fill(numbers, value);
        return NewTensor.of(name, DType.F32, Shape.of(rows, columns), numbers);
    }

    /** Load parameters for these adapters, each a path and what else is said of it. */
    static Map<String, Object> load(String mode, Object... adapters) {
        return Map.of("lora_merge_mode", mode, "loras", List.of(adapters));
    }

    static Map<String, Object> adapter(String path, double scale) {
        return Map.of("path", path, "scale", scale);
    }
}
