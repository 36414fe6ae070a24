package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.checkpoint.ByteProgress;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.Conversion;
import dev.caravan.inference.checkpoint.DerivedWeights;
import dev.caravan.inference.checkpoint.Names;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.lora.LoraAdapter;
import dev.caravan.inference.lora.LoraMerge;
import dev.caravan.inference.lora.LoraPair;
import dev.caravan.inference.nn.Adapter;
import dev.caravan.inference.nn.LowRank;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The adapters that a client loads a generator with, opened and checked against it: those to be merged, those to be added while it runs,
 * and what people should know of them.
 */
final class GeneratorAdapters {

    /** An adapter and the layers of the generator that it changes. */
    private record Opened(AskedAdapter asked, LoraAdapter adapter, List<LoraPair> pairs) {}

    private final List<Opened> opened = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /**
     * Opens all of them.
     *
     * @param family    whose generator it is
     * @param generator its weights by their own names; layers of other networks are none of it
     * @throws CheckpointException in one line that names the file: when it cannot be read, changes nothing, or does not fit
     */
    GeneratorAdapters(List<AskedAdapter> asked, CausalFamily family, Checkpoint generator) throws CheckpointException {
        for (AskedAdapter one : asked) {
            LoraAdapter adapter = LoraAdapter.open(one.file());
            List<LoraPair> pairs = adapter.fitting(generator);
            List<String> unused = adapter.unused(generator);
            if (pairs.isEmpty()) {
                throw new CheckpointException(adapter.fileName() + " adapts no layer of " + family.id() + ": it is for another model, or no"
                        + " adapter" + (unused.isEmpty() ? "" : "; it has " + Names.few(unused)));
            }
            if (!unused.isEmpty()) {
                notes.add(adapter.fileName() + " has " + unused.size() + " tensors that do nothing to " + family.id() + ", for example "
                        + Names.few(unused));
            }
            if (one.strength() != one.scale()) {
                notes.add(adapter.fileName() + " is loaded as it was trained: " + one.mode().wireName() + " takes no scale");
            }
            opened.add(new Opened(one, adapter, pairs));
        }
    }

    /** Those whose product goes into the weights; without those of which nothing is wanted. */
    List<LoraMerge.Applied> merged() {
        return opened.stream()
                .filter(one -> one.asked.mode() != MergeMode.RUNTIME_PEFT && one.asked.strength() != 0)
                .map(one -> new LoraMerge.Applied(one.adapter, (float) one.asked.strength()))
                .toList();
    }

    /**
     * Those that are added while it runs, their matrices in place or, where they are in a form that cannot be used, written once more: all
     * into one file, as otherwise what one of them needs could be taken for another's leavings.
     *
     * @param model as {@link DerivedWeights} calls it
     * @throws CheckpointException also when numbers are not finite, or the disk is full
     */
    List<Adapter> runtime(String model, DerivedWeights derived, Conversion conversion, ByteProgress progress) throws CheckpointException {
        List<Opened> running = opened.stream().filter(one -> one.asked.mode() == MergeMode.RUNTIME_PEFT).toList();
        if (running.isEmpty()) {
            return List.of();
        }
        Map<String, StoredTensor> matrices = new LinkedHashMap<>();
        for (int number = 0; number < running.size(); number++) {
            for (LoraPair pair : running.get(number).pairs) {
                pair.requireFinite();
                matrices.put(down(number, pair), pair.down().named(down(number, pair)));
                matrices.put(up(number, pair), pair.up().named(up(number, pair)));
            }
        }
        Checkpoint usable = derived.of(model, new Checkpoint(running.getFirst().adapter.file(), matrices), conversion, progress);
        List<Adapter> adapters = new ArrayList<>();
        for (int number = 0; number < running.size(); number++) {
            Map<String, LowRank> layers = new LinkedHashMap<>();
            for (LoraPair pair : running.get(number).pairs) {
                layers.put(pair.module(), new LowRank(usable.get(down(number, pair)), usable.get(up(number, pair)), pair.scale()));
            }
            AskedAdapter asked = running.get(number).asked;
            adapters.add(new Adapter(asked.name(), (float) asked.strength(), layers));
        }
        return adapters;
    }

    /** How many numbers those have that are added while it runs. */
    long runtimeNumbers() {
        return opened.stream().filter(one -> one.asked.mode() == MergeMode.RUNTIME_PEFT).flatMap(one -> one.pairs.stream())
                .mapToLong(pair -> pair.down().shape().elements() + pair.up().shape().elements()).sum();
    }

    private static String down(int number, LoraPair pair) {
        return number + "." + pair.module() + ".down";
    }

    private static String up(int number, LoraPair pair) {
        return number + "." + pair.module() + ".up";
    }

    /** One line each, for status and log. */
    List<String> notes() {
        return List.copyOf(notes);
    }
}
