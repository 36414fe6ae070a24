package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.checkpoint.Names;
import dev.caravan.inference.pipeline.AdapterFolders;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedAdapter;
import dev.caravan.inference.pipeline.PipelineException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An adapter a client wants to load with (contract §4.4, {@code loras}).
 *
 * @param file  there, and inside a LoRA folder
 * @param scale -10..10; 1 as it was trained
 * @param names what it may be called in {@code lora_scales}: as it is listed, as it was asked for
 */
record AskedAdapter(Path file, double scale, MergeMode mode, Set<String> names) {

    private static final String KEY = "loras";
    private static final String MODE_KEY = "lora_merge_mode";
    private static final double FURTHEST = 10;
    private static final int MOST = 32;

    AskedAdapter {
        names = Set.copyOf(names);
    }

    /** As it is listed: what it is called everywhere behind this door. */
    String name() {
        return file.toString();
    }

    /** How much of it is loaded. */
    double strength() {
        return mode == MergeMode.MODULE_TARGETED ? 1 : scale;
    }

    LoadedAdapter loaded() {
        return new LoadedAdapter(name(), scale, mode.wireName());
    }

    /** @throws PipelineException in one line, when the list is wrong or a file is not there */
    static List<AskedAdapter> read(LoadRequest request) throws PipelineException {
        MergeMode usual = mode(request.parameters().get(MODE_KEY), MODE_KEY, MergeMode.PERMANENT_MERGE);
        Object given = request.parameters().get(KEY);
        if (given == null) {
            return List.of();
        }
        if (!(given instanceof List<?> list)) {
            throw refused(KEY + " must be a list of {path, scale, merge_mode}");
        }
        if (list.size() > MOST) {
            throw refused(KEY + " has at most " + MOST + " adapters; " + list.size() + " given");
        }
        List<AskedAdapter> asked = new ArrayList<>();
        for (Object entry : list) {
            asked.add(one(entry, usual, request.adapters()));
        }
        for (AskedAdapter adapter : asked) {
            if (asked.stream().filter(other -> other.file.equals(adapter.file)).count() > 1) {
                throw refused("the adapter " + adapter.shortName() + " is named more than once in " + KEY);
            }
        }
        if (asked.stream().filter(adapter -> adapter.mode == MergeMode.MODULE_TARGETED).count() > 1) {
            throw refused(MergeMode.MODULE_TARGETED.wireName() + " takes one adapter; load the others with another merge_mode");
        }
        return List.copyOf(asked);
    }

    /** Its file's name, as messages have it. */
    String shortName() {
        return Names.shown(String.valueOf(file.getFileName()));
    }

    private static AskedAdapter one(Object entry, MergeMode usual, AdapterFolders folders) throws PipelineException {
        if (!(entry instanceof Map<?, ?> map) || !(map.get("path") instanceof String path) || path.isBlank()) {
            throw refused(KEY + " must be a list of {path, scale, merge_mode}");
        }
        double scale = scale(map.get("scale"));
        MergeMode mode = mode(map.get("merge_mode"), "merge_mode", usual);
        Path file = folders.find(path);
        Set<String> names = new LinkedHashSet<>(folders.names(file));
        names.add(path);
        return new AskedAdapter(file, scale, mode, names);
    }

    private static double scale(@Nullable Object scale) throws PipelineException {
        return switch (scale) {
            case null -> 1;
            case Number n when Math.abs(n.doubleValue()) <= FURTHEST -> n.doubleValue();
            default -> throw PipelineException.wrongValue("the scale of an adapter must be a number from -10 to 10", scale);
        };
    }

    private static MergeMode mode(@Nullable Object mode, String key, MergeMode otherwise) throws PipelineException {
        if (mode == null) {
            return otherwise;
        }
        return MergeMode.named(String.valueOf(mode)).orElseThrow(
                () -> PipelineException.wrongValue(key + " must be one of " + MergeMode.wireNames(), mode));
    }

    private static PipelineException refused(String why) {
        return new PipelineException(why, true);
    }
}
