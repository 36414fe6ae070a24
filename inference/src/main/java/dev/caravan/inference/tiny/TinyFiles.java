package dev.caravan.inference.tiny;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.inference.checkpoint.ByteProgress;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.NewTensor;
import dev.caravan.inference.checkpoint.SafetensorsWriter;
import dev.caravan.inference.checkpoint.TorchZipWriter;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.TransformerWeights;
import dev.caravan.inference.wan.VaceWeights;
import dev.caravan.inference.wan.umt5.Umt5Weights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * Every file of a set, in the containers, under the names and nested as the published ones (spec models/checkpoints.md).
 *
 * @param folder an empty folder, where the set is written
 * @param seed   of its numbers
 */
record TinyFiles(Path folder, long seed) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TransformerConfig TRANSFORMER = TinySizes.TRANSFORMER;

    void write() throws IOException, CheckpointException {
        text("README.txt", readme());
        wan();
        textEncoderAndVace();
        autoencoders();
        generators();
        styles();
    }

    private void wan() throws IOException, CheckpointException {
        config("Wan2.1-T2V-1.3B", sizes(TRANSFORMER));
        config("Wan2.1-T2V-14B", sizes(TinySizes.LARGE_TRANSFORMER));
        torch("Wan2.1-T2V-1.3B/Wan2.1_VAE.pth", wanVae("wan", TinySizes.wanVae()));
        String tokenizer = "Wan2.1-T2V-1.3B/google/umt5-xxl/";
        text(tokenizer + "tokenizer.json", TinyTokenizer.tokenizerJson());
        text(tokenizer + "tokenizer_config.json", TinyTokenizer.config());
        text(tokenizer + "special_tokens_map.json", TinyTokenizer.specialTokensMap());
        Files.write(place(tokenizer + "spiece.model"), TinyTokenizer.spieceModel());
    }

    private static ObjectNode sizes(TransformerConfig config) {
        return labelled().put("model_type", "t2v").put("dim", config.dim()).put("ffn_dim", config.ffnDim())
                .put("num_heads", config.heads()).put("num_layers", config.layers()).put("freq_dim", config.freqDim())
                .put("in_dim", TransformerConfig.CHANNELS).put("out_dim", TransformerConfig.CHANNELS)
                .put("text_dim", config.textDim()).put("text_len", config.textLen()).put("eps", 1e-6);
    }

    private void textEncoderAndVace() throws IOException, CheckpointException {
        config("WanVideo_comfy", labelled());
        // The names of what is kept wider than eight bits in the published file.
        BiFunction<String, Shape, DType> types =
                (name, shape) -> name.contains("norm") || name.contains("embedding") ? DType.BF16 : DType.F8_E4M3;
        safetensors("WanVideo_comfy/umt5-xxl-enc-fp8_e4m3fn.safetensors",
                tensors("umt5", Umt5Weights.required(TinySizes.TEXT_ENCODER), types, NetworkKind.TEXT_ENCODER));
        safetensors("WanVideo_comfy/Wan2_1-VACE_module_1_3B_bf16.safetensors",
                tensors("vace", VaceWeights.required(TRANSFORMER, TinySizes.VACE_BLOCKS), (name, shape) -> DType.BF16, NetworkKind.TRANSFORMER));
        safetensors("WanVideo_comfy/Wan2_1-VACE_module_14B_bf16.safetensors",
                tensors("vace_large", VaceWeights.required(TinySizes.LARGE_TRANSFORMER, TinySizes.LARGE_VACE_BLOCKS),
                        (name, shape) -> DType.BF16, NetworkKind.TRANSFORMER));
    }

    private void autoencoders() throws IOException, CheckpointException {
        config("Autoencoders", labelled());
        torch("Autoencoders/lightvaew2_1.pth", wanVae("lightvae", TinySizes.lightVae()));
        torch("Autoencoders/taew2_1.pth", tae("tae", NetworkKind.TAE));
        torch("Autoencoders/lighttaew2_1.pth", tae("lighttae", NetworkKind.LIGHTTAE));
    }

    /** Not nested. */
    private void plainGenerator(String network, String path) throws IOException, CheckpointException {
        torch(path, tensors(network, TransformerWeights.required(TRANSFORMER), (name, shape) -> DType.F32, NetworkKind.TRANSFORMER));
    }

    /** Nested and, as in some of the published files, prefixed. */
    private void generator(String network, String path, String prefix) throws IOException, CheckpointException {
        List<NewTensor> generator = new ArrayList<>();
        for (NewTensor tensor : tensors(network, TransformerWeights.required(TRANSFORMER), (name, shape) -> DType.F32, NetworkKind.TRANSFORMER)) {
            generator.add(new NewTensor(prefix + tensor.name(), tensor.dtype(), tensor.shape(), tensor.source()));
        }
        TorchZipWriter.writeNested(place(path), Map.of("generator", generator), ByteProgress.NONE);
    }

    private void adapter(String network, String path) throws IOException, CheckpointException {
        TorchZipWriter.writeNested(place(path),
                Map.of("generator_lora", tensors(network, lora(), (name, shape) -> DType.F32, NetworkKind.LORA)), ByteProgress.NONE);
    }

    private void generators() throws IOException, CheckpointException {
        config("LongLive-1.3B", labelled());
        generator("longlive", "LongLive-1.3B/models/longlive_base.pt", "model.");
        adapter("lora", "LongLive-1.3B/models/lora.pt");
        config("StreamDiffusionV2", labelled());
        generator("streamdiffusionv2", "StreamDiffusionV2/wan_causal_dmd_v2v/model.pt", "");
        config("MemFlow", labelled());
        generator("memflow", "MemFlow/base.pt", "model.");
        adapter("memflow_lora", "MemFlow/lora.pt");
        config("Reward-Forcing-T2V-1.3B", labelled());
        plainGenerator("reward_forcing", "Reward-Forcing-T2V-1.3B/rewardforcing.pt");
        config("krea-realtime-video", labelled());
        safetensors("krea-realtime-video/krea-realtime-video-14b.safetensors",
                tensors("krea", TransformerWeights.required(TinySizes.LARGE_TRANSFORMER), (name, shape) -> DType.BF16, NetworkKind.TRANSFORMER));
    }

    /** Adapters to choose from, named in the two ways that most are, for the generators of this size. */
    private void styles() throws IOException, CheckpointException {
        safetensors("lora/random-weights-converted.safetensors", style("converted",
                Map.of("diffusion_model.blocks.0.self_attn.q", "blocks.0.self_attn.q",
                        "diffusion_model.blocks.1.cross_attn.k", "blocks.1.cross_attn.k",
                        "diffusion_model.blocks.2.ffn.2", "blocks.2.ffn.2"), ".lora_A", ".lora_B"));
        List<NewTensor> trainer = style("trainer",
                Map.of("lora_unet_blocks_0_cross_attn_v", "blocks.0.cross_attn.v",
                        "lora_unet_blocks_1_self_attn_o", "blocks.1.self_attn.o",
                        "lora_unet_blocks_2_ffn_0", "blocks.2.ffn.0"), ".lora_down", ".lora_up");
        trainer.add(NewTensor.of("lora_unet_blocks_2_ffn_0.alpha", DType.F32, Shape.of(), TinySizes.LORA_RANK / 2f));
        safetensors("lora/random-weights-trainer.safetensors", trainer);
    }

    /** @param layers name in the file to path in the generator */
    private List<NewTensor> style(String network, Map<String, String> layers, String down, String up) {
        Map<String, Shape> required = TransformerWeights.required(TRANSFORMER);
        Map<String, Shape> pairs = new LinkedHashMap<>();
        new TreeMap<>(layers).forEach((name, path) -> {
            Shape weight = required.get(path + ".weight");
            pairs.put(name + down + ".weight", Shape.of(TinySizes.LORA_RANK, weight.dim(1)));
            pairs.put(name + up + ".weight", Shape.of(weight.dim(0), TinySizes.LORA_RANK));
        });
        return tensors(network, pairs, (name, shape) -> DType.BF16, NetworkKind.LORA);
    }

    /** A pair of matrices for every linear layer of every block, as PEFT names them (spec lora.md §2). */
    private static Map<String, Shape> lora() {
        Map<String, Shape> pairs = new LinkedHashMap<>();
        TransformerWeights.required(TRANSFORMER).forEach((name, shape) -> {
            if (name.startsWith("blocks.") && name.endsWith(".weight") && shape.rank() == 2) {
                String path = "base_model.model." + name.substring(0, name.length() - ".weight".length());
                pairs.put(path + ".lora_A.weight", Shape.of(TinySizes.LORA_RANK, shape.dim(1)));
                pairs.put(path + ".lora_B.weight", Shape.of(shape.dim(0), TinySizes.LORA_RANK));
            }
        });
        return pairs;
    }

    private List<NewTensor> wanVae(String network, Map<String, Shape> shapes) {
        return tensors(network, shapes, (name, shape) -> DType.F32, NetworkKind.WAN_VAE);
    }

    private List<NewTensor> tae(String network, NetworkKind kind) {
        return tensors(network, TinySizes.tae(), (name, shape) -> DType.F32, kind);
    }

    private List<NewTensor> tensors(
            String network, Map<String, Shape> shapes, BiFunction<String, Shape, DType> types, NetworkKind kind) {
        RandomWeights weights = new RandomWeights(seed, network, kind);
        List<NewTensor> tensors = new ArrayList<>();
        shapes.forEach((name, shape) ->
                tensors.add(NewTensor.of(name, types.apply(name, shape), shape, weights.of(name, shape))));
        return tensors;
    }

    private void torch(String path, List<NewTensor> tensors) throws IOException, CheckpointException {
        TorchZipWriter.write(place(path), tensors, ByteProgress.NONE);
    }

    private void safetensors(String path, List<NewTensor> tensors) throws IOException, CheckpointException {
        SafetensorsWriter.write(place(path), tensors, Map.of("random_weights", "true", "description", TinyModels.LABEL), ByteProgress.NONE);
    }

    private void config(String repository, ObjectNode json) throws IOException {
        text(repository + "/config.json", json.toPrettyString() + "\n");
    }

    private static ObjectNode labelled() {
        return JSON.createObjectNode().put("random_weights", true).put("description", TinyModels.LABEL);
    }

    private void text(String path, String text) throws IOException {
        Files.writeString(place(path), text, StandardCharsets.UTF_8);
    }

    private Path place(String path) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        return file;
    }

    private String readme() {
        return """
                %s.

                These files have the names and the layout of the published models of the pipeline longlive, but their
                numbers were drawn with seed %d and nobody trained them. They are for trying out and testing the whole path -
                download, read, build, load, stream - on any machine. What they generate looks like noise; that is expected.

                Never mix them with published files: every model wants all of its files from one place.
                """.formatted(Character.toUpperCase(TinyModels.LABEL.charAt(0)) + TinyModels.LABEL.substring(1), seed);
    }
}
