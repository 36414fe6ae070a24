package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.Conversion;
import dev.caravan.inference.checkpoint.DerivedWeights;
import dev.caravan.inference.checkpoint.Requirements;
import dev.caravan.inference.lora.LoraAdapter;
import dev.caravan.inference.lora.LoraMerge;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.text.EmbeddingCache;
import dev.caravan.inference.text.PromptEncoder;
import dev.caravan.inference.text.Tokenizer;
import dev.caravan.inference.text.TokenizerException;
import dev.caravan.inference.text.Tokenizers;
import dev.caravan.inference.wan.LatentMix;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.TextEncoder;
import dev.caravan.inference.wan.Transformer;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.TransformerOptions;
import dev.caravan.inference.wan.TransformerWeights;
import dev.caravan.inference.wan.VaeOptions;
import dev.caravan.inference.wan.VideoAutoencoder;
import dev.caravan.inference.wan.VideoAutoencoders;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads the networks of one causal model; when one fails those before it are freed. Used once. */
final class NetworkLoader {

    private static final Logger LOG = LoggerFactory.getLogger(NetworkLoader.class);
    /** Embeddings of past prompts that are kept, bytes: seven of the published size. */
    private static final long EMBEDDINGS = 64L << 20;
    /** Merges with adapters that were asked for: going back and forth between two writes nothing; each has gigabytes. */
    private static final int MERGES_KEPT = 2;

    private final ModelFiles files;
    private final LoadSettings settings;
    private final Device device;
    private final Progress progress;
    private final DType compute;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final List<String> notes = new ArrayList<>();

    NetworkLoader(ModelFiles files, LoadSettings settings, Device device, Progress progress) {
        this.files = files;
        this.settings = settings;
        this.device = device;
        this.progress = progress;
        this.compute = device.provider() == Provider.CPU ? DType.F32 : DType.BF16;
    }

    /** @throws InterruptedException when the load was given up; noticed between networks, and while weights are read or written */
    CausalNetworks load() throws CheckpointException, InterruptedException {
        boolean loaded = false;
        try {
            TransformerConfig config = TransformerConfig.parse(files.configText());
            LatentSize size = LatentSize.ofPictures(settings.size().height(), settings.size().width());
            stage("Loading text encoder...");
            PromptEncoder prompts = prompts(config);
            stage("Loading diffusion model...");
            Checkpoint model = generator(config);
            GeneratorAdapters adapters = adapters(model);
            Checkpoint weights = merged(model, adapters);
            TransformerOptions options = options(adapters);
            stage("Building diffusion model...");
            Transformer transformer = owned(Transformer.load(device, config, size, weights::get, options));
            stage("Loading VAE...");
            VideoAutoencoder vae = owned(vae());
            LatentMix mix = owned(new LatentMix(device));
            loaded = true;
            return new CausalNetworks(device, compute, size, prompts, open.getLast(), transformer, vae, mix);
        } catch (CheckpointException e) {
            if (Thread.interrupted()) {
                // The system breaks off reading and writing in a thread that was interrupted, which is nobody's fault.
                throw new InterruptedException("given up: " + e.getMessage());
            }
            throw e;
        } finally {
            // Whatever it was, out of memory included: the device is to be as before.
            if (!loaded) {
                open.forEach(NetworkLoader::close);
            }
        }
    }

    private PromptEncoder prompts(TransformerConfig config) throws CheckpointException {
        try {
            Tokenizer tokenizer = Tokenizers.open(files.tokenizer());
            TextEncoder encoder = owned(TextEncoder.load(device, Checkpoint.open(files.textEncoder()), config.textLen()));
            if (encoder.width() != config.textDim()) {
                throw new CheckpointException("the text encoder makes rows of " + encoder.width() + " numbers, the diffusion model wants "
                        + config.textDim() + ": the files do not belong together");
            }
            if (tokenizer.vocabulary() > encoder.vocabulary()) {
                throw new CheckpointException("the tokenizer has " + tokenizer.vocabulary() + " pieces, the text encoder knows "
                        + encoder.vocabulary() + ": the files do not belong together");
            }
            return new EmbeddingCache(EMBEDDINGS).over(text -> encoder.encode(tokenizer.encode(text, config.textLen())));
        } catch (TokenizerException e) {
            throw new CheckpointException(e.getMessage(), e);
        }
    }

    /** What people should know of what was loaded. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    /** The generator's own weights. */
    private Checkpoint generator(TransformerConfig config) throws CheckpointException {
        Checkpoint file = Checkpoint.open(files.generator());
        Checkpoint model = file.nested("generator").orElse(file).modelNames();
        var extra = new Requirements(TransformerWeights.required(config)).check(model);
        if (!extra.isEmpty()) {
            LOG.warn("{}: {} tensors are not known and not used, for example {}", files.generator().getFileName(), extra.size(),
                    extra.iterator().next());
        }
        return model;
    }

    private GeneratorAdapters adapters(Checkpoint model) throws CheckpointException {
        GeneratorAdapters adapters = new GeneratorAdapters(settings.adapters(), files.family(), model);
        notes.addAll(adapters.notes());
        return adapters;
    }

    /** With adapters merged in, its own and those that were asked for, in the type it is computed in where the file has a wider one. */
    private Checkpoint merged(Checkpoint model, GeneratorAdapters asked) throws CheckpointException {
        List<LoraMerge.Applied> adapters = new ArrayList<>(builtIn(model));
        adapters.addAll(asked.merged());
        DerivedWeights derived = new DerivedWeights(files.derived());
        String id = files.family().id();
        if (adapters.isEmpty()) {
            return derived.of(id, model, conversion(), this::preparing);
        }
        try (LoraMerge merge = new LoraMerge(device, adapters, conversion().floats())) {
            return asked.merged().isEmpty()
                    ? derived.of(id, model, merge, this::preparing)
                    : derived.keeping(MERGES_KEPT).of(id + "-adapted", model, merge, this::preparing);
        }
    }

    private List<LoraMerge.Applied> builtIn(Checkpoint model) throws CheckpointException {
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

    /** On the CPU narrow weights are widened by the session; on a device they must be there as they are computed with. */
    private Conversion conversion() {
        return new Conversion(device.provider() == Provider.CPU ? Optional.empty() : Optional.of(compute));
    }

    private TransformerOptions options(GeneratorAdapters asked) throws CheckpointException {
        return TransformerOptions.of(compute)
                .withKeys(files.family().newCachePolicy().keys())
                .withAdapters(asked.runtime(
                        files.family().id() + "-adapters", new DerivedWeights(files.derived()), conversion(), this::preparing));
    }

    private void preparing(long done, long total) {
        progress.stage("Preparing weights: %d of %d MB...".formatted(done >> 20, total >> 20));
    }

    private VideoAutoencoder vae() throws CheckpointException {
        // fp16 has the better convolutions on CUDA, and an autoencoder normalises in every block.
        DType type = device.provider() == Provider.CPU ? DType.F32 : DType.F16;
        VaeOptions options = new VaeOptions(settings.vae(), settings.size().height(), settings.size().width(), type);
        options = files.family().normalisedEncode() ? options : options.withRawEncode();
        return VideoAutoencoders.load(options.withLatents(DType.F32), Checkpoint.open(files.vae(settings.vae())), device);
    }

    private void stage(String text) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        progress.stage(text);
    }

    private <T extends AutoCloseable> T owned(T network) {
        open.push(network);
        return network;
    }

    private static void close(AutoCloseable network) {
        try {
            network.close();
        } catch (Exception e) {
            LOG.warn("a network could not be freed", e);
        }
    }
}
