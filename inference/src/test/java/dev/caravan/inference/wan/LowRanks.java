package dev.caravan.inference.wan;

import dev.caravan.inference.checkpoint.ByteProgress;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.Conversion;
import dev.caravan.inference.checkpoint.DerivedWeights;
import dev.caravan.inference.checkpoint.NewTensor;
import dev.caravan.inference.checkpoint.SafetensorsWriter;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.lora.LoraAdapter;
import dev.caravan.inference.lora.LoraMerge;
import dev.caravan.inference.lora.LoraPair;
import dev.caravan.inference.nn.Adapter;
import dev.caravan.inference.nn.LowRank;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** Adapters of transformers that are added while they run. */
final class LowRanks {

    private LowRanks() {}

    /** What an adapter's file does to a model. */
    static Adapter of(String name, LoraMerge.Applied applied, Checkpoint model, Path folder) throws CheckpointException {
        Map<String, StoredTensor> matrices = new LinkedHashMap<>();
        for (LoraPair pair : applied.adapter().fitting(model)) {
            matrices.put(pair.down().name(), pair.down());
            matrices.put(pair.up().name(), pair.up());
        }
        Checkpoint usable = new DerivedWeights(folder).of(name.replace(' ', '-'), new Checkpoint(applied.adapter().file(), matrices),
                new Conversion(Optional.empty()), ByteProgress.NONE);
        Map<String, LowRank> layers = new LinkedHashMap<>();
        for (LoraPair pair : applied.adapter().fitting(model)) {
            layers.put(pair.module(), new LowRank(usable.get(pair.down().name()), usable.get(pair.up().name()), pair.scale()));
        }
        return new Adapter(name, applied.strength(), layers);
    }

    /** A file of random numbers for every linear layer of a transformer. */
    static LoraAdapter everywhere(Path file, TransformerConfig config, int rank, DType dtype, long seed) throws CheckpointException {
        Random random = new Random(seed);
        List<NewTensor> tensors = new ArrayList<>();
        for (String layer : layers(config)) {
            Shape weight = TransformerWeights.required(config).get(layer + ".weight");
            tensors.add(matrix(layer + ".lora_A.weight", dtype, Shape.of(rank, weight.dim(1)), random, 1 / Math.sqrt(weight.dim(1))));
            tensors.add(matrix(layer + ".lora_B.weight", dtype, Shape.of(weight.dim(0), rank), random, 0.3 / Math.sqrt(rank)));
            tensors.add(NewTensor.of(layer + ".alpha", DType.F32, Shape.of(), rank / 2f));
        }
        SafetensorsWriter.write(file, tensors, Map.of(), ByteProgress.NONE);
        return LoraAdapter.open(file);
    }

    /** Paths of all linear layers of a transformer. */
    static List<String> layers(TransformerConfig config) {
        List<String> layers = new ArrayList<>();
        TransformerWeights.required(config).forEach((name, shape) -> {
            if (name.endsWith(".weight") && shape.rank() == 2) {
                layers.add(name.substring(0, name.length() - ".weight".length()));
            }
        });
        return layers;
    }

    private static NewTensor matrix(String name, DType dtype, Shape shape, Random random, double deviation) {
        float[] numbers = new float[(int) shape.elements()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) (deviation * random.nextGaussian());
        }
        return NewTensor.of(name, dtype, shape, numbers);
    }
}
