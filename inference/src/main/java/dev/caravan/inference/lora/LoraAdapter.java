package dev.caravan.inference.lora;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.Names;
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
 * @param lone        names of tensors that are no part of a pair, or whose partner is missing
 */
public record LoraAdapter(Path file, boolean honourAlpha, List<LoraPair> pairs, List<String> lone) {

    public LoraAdapter {
        pairs = List.copyOf(pairs);
        lone = List.copyOf(lone);
    }

    /** The file's name without its folder, as messages have it. */
    public String fileName() {
        return Names.shown(String.valueOf(file.getFileName()));
    }

    /**
     * Reads which layers a file adapts; tensors that are no part of a pair are only listed.
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
        List<String> lone = new ArrayList<>(tensors.unreadable().keySet());
        for (StoredTensor tensor : tensors.tensors().values()) {
            Optional<LoraKey> key = LoraKey.of(tensor.name());
            if (key.isEmpty()) {
                lone.add(tensor.name());
            } else if (layers.computeIfAbsent(key.get().module(), module -> new EnumMap<>(LoraKey.Part.class))
                            .put(key.get().part(), tensor) != null) {
                throw new CheckpointException(tensors.fileName() + " adapts " + Names.shown(key.get().module()) + " twice");
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
            } else {
                layer.getValue().values().forEach(tensor -> lone.add(tensor.name()));
            }
        }
        return new LoraAdapter(tensors.path(), honourAlpha, pairs, lone);
    }

    private static float scale(StoredTensor alpha, StoredTensor down) throws CheckpointException {
        if (alpha.shape().elements() != 1 || down.shape().rank() == 0 || down.shape().dim(0) == 0) {
            throw new CheckpointException(
                    alpha.file().getFileName() + " has " + alpha.shape() + " where " + Names.shown(alpha.name()) + " is one number");
        }
        float scale = Checkpoint.floats(alpha)[0] / down.shape().dim(0);
        if (!Float.isFinite(scale)) {
            throw new CheckpointException(
                    alpha.file().getFileName() + " cannot be used: " + Names.shown(alpha.name()) + " is no finite number");
        }
        return scale;
    }

    /**
     * The pairs whose layer the model has: those with a weight of two axes. The others are ignored; that there is none at all is for the
     * caller to tell.
     */
    public List<LoraPair> matching(Checkpoint model) {
        return pairs.stream().filter(pair -> matches(pair, model)).toList();
    }

    /**
     * As {@link #matching}, checked for it.
     *
     * @throws CheckpointException naming the first layer whose matrices have not its shape
     */
    public List<LoraPair> fitting(Checkpoint model) throws CheckpointException {
        List<LoraPair> matching = matching(model);
        for (LoraPair pair : matching) {
            pair.fits(model.require(pair.weight()).shape());
        }
        return matching;
    }

    /** Names of the file's tensors that do nothing to this model: the lone ones, and pairs for layers it does not have. */
    public List<String> unused(Checkpoint model) {
        List<String> unused = new ArrayList<>(lone);
        for (LoraPair pair : pairs) {
            if (!matches(pair, model)) {
                unused.add(pair.down().name());
                unused.add(pair.up().name());
            }
        }
        return unused;
    }

    private static boolean matches(LoraPair pair, Checkpoint model) {
        return model.find(pair.weight()).filter(weight -> weight.shape().rank() == 2).isPresent();
    }
}
