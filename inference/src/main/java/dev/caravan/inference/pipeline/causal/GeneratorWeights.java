package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.checkpoint.ByteProgress;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.Conversion;
import dev.caravan.inference.checkpoint.DerivedWeights;
import dev.caravan.inference.checkpoint.Float8;
import dev.caravan.inference.checkpoint.Requirements;
import dev.caravan.inference.lora.LoraAdapter;
import dev.caravan.inference.lora.LoraMerge;
import dev.caravan.inference.nn.Adapter;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.TransformerWeights;
import dev.caravan.inference.wan.VaceModule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The weights of a generator as its networks take them: with adapters merged in, in the type that is computed in, in eight bits, with the
 * module that lets it be guided. Opening reads what the files say of themselves; what has to be written is written when it is asked for.
 */
final class GeneratorWeights {

    private static final Logger LOG = LoggerFactory.getLogger(GeneratorWeights.class);
    /** Merges with adapters that were asked for: going back and forth between two writes nothing; each has gigabytes. */
    private static final int MERGES_KEPT = 2;

    private final ModelFiles files;
    private final LoadSettings settings;
    private final Device device;
    private final TransformerConfig config;
    private final ByteProgress progress;
    private final Conversion conversion;
    private final DerivedWeights derived;
    private final Checkpoint model;
    private final GeneratorAdapters adapters;
    private final Optional<Checkpoint> vace;

    /**
     * @param compute  element type of the networks
     * @param progress of what is written
     * @throws CheckpointException in one line, when a file is missing, broken or of another network
     */
    GeneratorWeights(
            ModelFiles files, LoadSettings settings, Device device, DType compute, TransformerConfig config, ByteProgress progress)
            throws CheckpointException {
        this.files = files;
        this.settings = settings;
        this.device = device;
        this.config = config;
        this.progress = progress;
        // On the CPU narrow weights are widened by the session; on a device they must be there as they are computed with.
        conversion = new Conversion(device.provider() == Provider.CPU ? Optional.empty() : Optional.of(compute));
        derived = new DerivedWeights(files.derived());
        model = generator();
        adapters = new GeneratorAdapters(settings.adapters(), files.family(), model);
        vace = settings.vace().loaded() ? Optional.of(VaceModule.in(Checkpoint.open(files.vaceModule()), config)) : Optional.empty();
    }

    private Checkpoint generator() throws CheckpointException {
        Checkpoint file = Checkpoint.open(files.generator());
        Checkpoint named = file.nested("generator").orElse(file).modelNames();
        var extra = new Requirements(TransformerWeights.required(config)).check(named);
        if (!extra.isEmpty()) {
            LOG.warn("{}: {} tensors are not known and not used, for example {}", files.generator().getFileName(), extra.size(),
                    extra.iterator().next());
        }
        return named;
    }

    /** Blocks of the module it is guided by; 0 without one. */
    int vaceBlocks() {
        return vace.map(VaceModule::blocks).orElse(0);
    }

    /** Numbers of the adapters that are added while it runs. */
    long adapterNumbers() {
        return adapters.runtimeNumbers();
    }

    /** What people should know of what was found. */
    List<String> notes() {
        return adapters.notes();
    }

    /** The transformer's own, ready to be used in place. */
    Weights transformer() throws CheckpointException {
        return Weights.of(quantized(merged()));
    }

    /** With adapters merged in, its own and those that were asked for, in the type it is computed in where the file has a wider one. */
    private Checkpoint merged() throws CheckpointException {
        List<LoraMerge.Applied> all = new ArrayList<>(builtIn());
        all.addAll(adapters.merged());
        String id = files.family().id();
        if (all.isEmpty()) {
            return derived.of(id, model, conversion, progress);
        }
        try (LoraMerge merge = new LoraMerge(device, all, conversion.floats())) {
            return adapters.merged().isEmpty()
                    ? derived.of(id, model, merge, progress)
                    : derived.keeping(MERGES_KEPT).of(id + "-adapted", model, merge, progress);
        }
    }

    private List<LoraMerge.Applied> builtIn() throws CheckpointException {
        Optional<Path> file = files.builtInLora();
        if (file.isEmpty()) {
            return List.of();
        }
        LoraAdapter adapter = LoraAdapter.open(file.get());
        if (adapter.matching(model).isEmpty()) {
            throw new CheckpointException(file.get().getFileName() + " adapts no layer of " + files.generator().getFileName());
        }
        return List.of(new LoraMerge.Applied(adapter, 1));
    }

    /** In eight bits, where that was asked for: after everything else was done to the weights. */
    private Checkpoint quantized(Checkpoint weights) throws CheckpointException {
        if (!settings.float8()) {
            return weights;
        }
        Float8 recipe = files.family().sharesScales(vace.isPresent()) ? new Float8(GeneratorWeights::projection) : Float8.each();
        return derived.of(files.family().id() + "-fp8", weights, recipe, progress);
    }

    /** Queries, keys and values of one block under one name. */
    private static String projection(String weight) {
        return weight.replaceFirst("\\.self_attn\\.[qkv]\\.", ".self_attn.qkv.");
    }

    /** Those that are added while it runs. */
    List<Adapter> adapters() throws CheckpointException {
        return adapters.runtime(files.family().id() + "-adapters", derived, conversion, progress);
    }

    /** Empty when it is loaded without. */
    Optional<VaceModule> vace() throws CheckpointException {
        if (vace.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(VaceModule.of(derived.of(files.family().id() + "-vace", vace.get(), conversion, progress), config));
    }
}
