package dev.caravan.inference.bench;

import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.model.ModelStore;
import dev.caravan.inference.pipeline.causal.CausalFamily;
import dev.caravan.inference.pipeline.causal.LongLive;
import dev.caravan.inference.pipeline.causal.MemFlow;
import dev.caravan.inference.pipeline.causal.RewardForcing;
import dev.caravan.inference.pipeline.causal.StreamDiffusionV2;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.tiny.TinyModels;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.TransformerWeights;
import dev.caravan.inference.wan.vae.TrueVaeGraphs;
import dev.caravan.inference.wan.umt5.Umt5Config;
import dev.caravan.inference.wan.umt5.Umt5Weights;
import dev.caravan.inference.wan.VaceWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Files of all pipelines at published sizes: the 1.3B models with one file under four names, then in their place the 14B one. Only what
 * belongs to a model and is merged when it is loaded is small: one layer, as nothing of it is left when chunks are made.
 */
public final class TrueSizeModels implements BenchModels {

    /**
     * How large they are.
     *
     * @param small       of the 1.3B models
     * @param smallHints  blocks of their VACE module
     * @param large       of the 14B one
     * @param largeHints  as smallHints
     * @param text        of the encoder
     * @param vae         channels of the VAE; none for the published ones
     * @param adapterRank of an adapter at runtime
     */
    public record Sizes(TransformerConfig small, int smallHints, TransformerConfig large, int largeHints, Umt5Config text, int[] vae,
            int adapterRank) {

        public static final Sizes PUBLISHED = new Sizes(
                TransformerConfig.WAN_1_3B, 15, TransformerConfig.WAN_14B, 8, Umt5Config.XXL, new int[0], 32);
    }

    /** What a file system is left with, so that what else runs on the machine goes on. */
    private static final long SPARE = 1L << 30;
    private static final BiFunction<String, Shape, DType> NARROW = (name, shape) -> DType.BF16;
    private static final List<CausalFamily> SMALL =
            List.of(new LongLive(), new StreamDiffusionV2(), new RewardForcing(), new MemFlow());
    private static final String TEXT = "WanVideo_comfy/umt5-xxl-enc-fp8_e4m3fn.safetensors";

    private final Path folder;
    private final Sizes sizes;
    private boolean hasCommon;
    private boolean hasSmall;
    private boolean hasLarge;

    /** @param folder made when it is first asked for */
    public TrueSizeModels(Path folder, Sizes sizes) {
        this.folder = folder;
        this.sizes = sizes;
    }

    @Override
    public Path folder(PipelineCase pipeline) throws IOException, CheckpointException {
        if (pipeline.large() ? hasLarge : hasSmall) {
            return folder;
        }
        common();
        if (pipeline.large()) {
            removeSmall();
            large();
        } else {
            small();
        }
        return folder;
    }

    /** What every pipeline needs. */
    private void common() throws IOException, CheckpointException {
        if (hasCommon) {
            return;
        }
        TinyModels.write(folder, TinyModels.DEFAULT_SEED);
        Files.createDirectories(folder.resolve("lora"));
        write(Map.of(VAE, TrueVaeGraphs.weights(sizes.vae())), (name, shape) -> DType.F32);
        // The names of what is kept wider than eight bits in the published file.
        write(Map.of(TEXT, Umt5Weights.required(sizes.text())),
                (name, shape) -> name.contains("norm") || name.contains("embedding") ? DType.BF16 : DType.F8_E4M3);
        hasCommon = true;
    }

    private void small() throws IOException, CheckpointException {
        CausalFamily first = SMALL.getFirst();
        config(first, sizes.small());
        // For eight bits and for an adapter that is converted as much again is derived of it.
        require(2 * bytes(TransformerWeights.required(sizes.small())) + bytes(VaceWeights.required(sizes.small(), sizes.smallHints())));
        write(Map.of(first.generator(), TransformerWeights.required(sizes.small()),
                first.vaceModule(), VaceWeights.required(sizes.small(), sizes.smallHints())), NARROW);
        for (CausalFamily family : SMALL) {
            if (family != first) {
                Files.delete(folder.resolve(family.generator()));
                Files.createLink(folder.resolve(family.generator()), folder.resolve(first.generator()));
            }
            if (family.builtInLora().isPresent()) {
                write(Map.of(family.builtInLora().get(), oneLayer(sizes.small())), NARROW);
            }
        }
        BenchModels.writeAdapter(folder, sizes.small(), sizes.adapterRank(), DType.BF16);
        hasSmall = true;
    }

    private void removeSmall() throws IOException {
        Path derived = folder.resolve(ModelStore.DERIVED);
        if (Files.exists(derived)) {
            new WorkFolder(derived).close();
        }
        for (CausalFamily family : SMALL) {
            Files.deleteIfExists(folder.resolve(family.generator()));
        }
        Files.deleteIfExists(folder.resolve(SMALL.getFirst().vaceModule()));
        hasSmall = false;
    }

    private void large() throws IOException, CheckpointException {
        CausalFamily family = BenchModels.family(true);
        config(family, sizes.large());
        // In eight bits it is half as long again.
        require(bytes(TransformerWeights.required(sizes.large())) * 3 / 2 + bytes(VaceWeights.required(sizes.large(), sizes.largeHints())));
        write(Map.of(family.generator(), TransformerWeights.required(sizes.large()),
                family.vaceModule(), VaceWeights.required(sizes.large(), sizes.largeHints())), NARROW);
        hasLarge = true;
    }

    private static Map<String, Shape> oneLayer(TransformerConfig config) {
        Map<String, Shape> pair = new LinkedHashMap<>();
        pair.put("blocks.0.self_attn.q.lora_A.weight", Shape.of(4, config.dim()));
        pair.put("blocks.0.self_attn.q.lora_B.weight", Shape.of(config.dim(), 4));
        return pair;
    }

    private void config(CausalFamily family, TransformerConfig config) throws IOException {
        Files.writeString(folder.resolve(family.base()).resolve("config.json"), """
                {"model_type":"t2v","dim":%d,"ffn_dim":%d,"num_heads":%d,"num_layers":%d,"freq_dim":%d,"in_dim":16,"out_dim":16,\
                "text_dim":%d,"text_len":%d,"eps":1e-6,"random_weights":true}
                """.formatted(config.dim(), config.ffnDim(), config.heads(), config.layers(), config.freqDim(), config.textDim(),
                config.textLen()));
    }

    private void write(Map<String, Map<String, Shape>> files, BiFunction<String, Shape, DType> types) throws IOException, CheckpointException {
        for (Map.Entry<String, Map<String, Shape>> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.deleteIfExists(path);
            require(file.getValue().entrySet().stream()
                    .mapToLong(tensor -> tensor.getValue().bytes(types.apply(tensor.getKey(), tensor.getValue()))).sum());
            RandomWeights.write(path, types, file.getValue());
        }
    }

    private void require(long bytes) throws IOException {
        long free = Files.getFileStore(folder).getUsableSpace() - SPARE;
        if (bytes > free) {
            throw new IOException("%.1f GB of disk needed, %.1f free: give a larger one with --folder".formatted(bytes / 1e9, free / 1e9));
        }
    }

    private static long bytes(Map<String, Shape> shapes) {
        return shapes.values().stream().mapToLong(shape -> shape.bytes(DType.BF16)).sum();
    }

    @Override
    public int height(PipelineCase pipeline) {
        return pipeline.height();
    }

    @Override
    public int width(PipelineCase pipeline) {
        return pipeline.width();
    }
}
