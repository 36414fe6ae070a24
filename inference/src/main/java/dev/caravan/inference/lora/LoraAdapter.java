package dev.caravan.inference.lora;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one file adapts.
 *
 * @param file        safetensors or PyTorch
 * @param honourAlpha whether its alphas count (spec lora.md §3)
 * @param pairs       one per layer, in file order
 */
public record LoraAdapter(Path file, boolean honourAlpha, List<LoraPair> pairs) {

    public LoraAdapter {
        pairs = List.copyOf(pairs);
    }

    /**
     * Reads which layers a file adapts; tensors that are no part of a pair are ignored.
     *
     * @throws CheckpointException when it cannot be read, or has two pairs for one layer
     */
    public static LoraAdapter open(Path file) throws CheckpointException {
        Checkpoint all = Checkpoint.open(file);
        return of(all.nested("generator_lora").orElse(all).modelNames());
    }

    /** As {@link #open}, of tensors under their own names. */
    static LoraAdapter of(Checkpoint tensors) throws CheckpointException {
        Map<String, EnumMap<LoraKey.Part, StoredTensor>> layers = new LinkedHashMap<>();
        for (StoredTensor tensor : tensors.tensors().values()) {
            Optional<LoraKey> key = LoraKey.of(tensor.name());
            if (key.isPresent()
                    && layers.computeIfAbsent(key.get().module(), module -> new EnumMap<>(LoraKey.Part.class))
                            .put(key.get().part(), tensor) != null) {
                throw new CheckpointException(tensors.fileName() + " adapts " + key.get().module() + " twice");
            }
        }
        boolean honourAlpha = tensors.tensors().keySet().stream().anyMatch(LoraKey::honoursAlpha);
        List<LoraPair> pairs = new ArrayList<>();
        for (Map.Entry<String, EnumMap<LoraKey.Part, StoredTensor>> layer : layers.entrySet()) {
            StoredTensor down = layer.getValue().get(LoraKey.Part.DOWN);
            StoredTensor up = layer.getValue().get(LoraKey.Part.UP);
            if (down != null && up != null) {
                StoredTensor alpha = honourAlpha ? layer.getValue().get(LoraKey.Part.ALPHA) : null;
                pairs.add(new LoraPair(layer.getKey(), down, up, alpha == null ? 1 : scale(alpha, down)));
            }
        }
        return new LoraAdapter(tensors.path(), honourAlpha, pairs);
    }

    private static float scale(StoredTensor alpha, StoredTensor down) throws CheckpointException {
        if (alpha.shape().elements() != 1 || down.shape().rank() == 0 || down.shape().dim(0) == 0) {
            throw new CheckpointException(
                    alpha.file().getFileName() + " has " + alpha.shape() + " where " + alpha.name() + " is one number");
        }
        return Checkpoint.floats(alpha)[0] / down.shape().dim(0);
    }

    /**
     * The pairs whose layer the model has: those with a weight of two axes. The others are ignored; that there is none at all is for the
     * caller to tell.
     */
    public List<LoraPair> matching(Checkpoint model) {
        return pairs.stream().filter(pair -> model.find(pair.weight()).filter(w -> w.shape().rank() == 2).isPresent()).toList();
    }
}
