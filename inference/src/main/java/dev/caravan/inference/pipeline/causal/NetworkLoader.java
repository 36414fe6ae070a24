package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.text.EmbeddingCache;
import dev.caravan.inference.text.PromptEncoder;
import dev.caravan.inference.text.Tokenizer;
import dev.caravan.inference.text.TokenizerException;
import dev.caravan.inference.text.Tokenizers;
import dev.caravan.inference.wan.LatentMix;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.Transformer;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.TransformerOptions;
import dev.caravan.inference.wan.VaceModule;
import dev.caravan.inference.wan.umt5.TextEncoder;
import dev.caravan.inference.wan.vae.VaeOptions;
import dev.caravan.inference.wan.vae.VideoAutoencoder;
import dev.caravan.inference.wan.vae.VideoAutoencoders;
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
    CausalNetworks load() throws CheckpointException, PipelineException, InterruptedException {
        boolean loaded = false;
        try {
            TransformerConfig config = TransformerConfig.parse(files.configText());
            LatentSize size = LatentSize.ofPictures(settings.size().height(), settings.size().width());
            var weights = new GeneratorWeights(files, settings, device, compute, config, this::preparing);
            notes.addAll(weights.notes());
            TransformerOptions options = options();
            MemoryPlan memory = memory(config, size, options, weights);
            memory.requireModel(device);
            stage("Loading text encoder...");
            PromptEncoder prompts = prompts(config);
            stage("Loading diffusion model...");
            Weights generator = weights.transformer();
            options = options.withAdapters(weights.adapters());
            if (settings.vace().loaded()) {
                stage("Loading VACE...");
            }
            Optional<VaceModule> vace = weights.vace();
            options = vace.isPresent() ? options.withVace(vace.get()) : options;
            stage("Building diffusion model...");
            Transformer transformer = owned(Transformer.load(device, config, size, generator, options));
            stage("Loading VAE...");
            VideoAutoencoder autoencoder =
                    owned(VideoAutoencoders.load(vaeOptions(), Checkpoint.open(files.vae(settings.vae())), device));
            LatentMix mix = owned(new LatentMix(device));
            loaded = true;
            return new CausalNetworks(device, compute, size, prompts, open.getLast(), transformer, autoencoder, mix, memory);
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

    private MemoryPlan memory(TransformerConfig config, LatentSize size, TransformerOptions options, GeneratorWeights weights)
            throws CheckpointException {
        String what = files.family().id() + " at " + settings.size().width() + "x" + settings.size().height();
        VideoAutoencoders.Memory vae =
                VideoAutoencoders.memory(vaeOptions(), Checkpoint.open(files.vae(settings.vae())), device.provider());
        // A context begins with a picture by itself; so are references encoded, and what is guided in part.
        boolean singles = files.family().contextLatents() > 0 || settings.vace().loaded();
        return MemoryPlan.of(what, settings, config, size, options, Checkpoint.open(files.textEncoder()), weights,
                singles ? vae.withSingles() : vae, files.family().newCachePolicy().capacityFrames());
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

    private TransformerOptions options() {
        CausalFamily family = files.family();
        return TransformerOptions.of(compute).withKeys(family.newCachePolicy().keys()).withWideAverages(family.wideAverages());
    }

    private void preparing(long done, long total) {
        progress.stage("Preparing weights: %d of %d MB...".formatted(done >> 20, total >> 20));
    }

    private VaeOptions vaeOptions() {
        // fp16 has the better convolutions on CUDA, and an autoencoder normalises in every block.
        DType type = device.provider() == Provider.CPU ? DType.F32 : DType.F16;
        VaeOptions options = new VaeOptions(settings.vae(), settings.size().height(), settings.size().width(), type);
        options = files.family().normalisedEncode() ? options : options.withRawEncode();
        options = settings.vace().loaded() ? options.withVace() : options;
        return options.withLatents(DType.F32);
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
