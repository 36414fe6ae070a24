package dev.caravan.inference.tiny;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.Requirements;
import dev.caravan.inference.checkpoint.StoredTensor;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.lora.LoraAdapter;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.TransformerWeights;
import dev.caravan.inference.wan.VaceWeights;
import dev.caravan.inference.wan.umt5.TextEncoder;
import dev.caravan.inference.wan.umt5.Umt5Config;
import dev.caravan.inference.wan.vae.VaeOptions;
import dev.caravan.inference.wan.vae.VaeType;
import dev.caravan.inference.wan.vae.VideoAutoencoders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every file of a set is what the network that reads it wants, and is stored as the published one. */
class TinyCheckpointsTest {

    private static final Path MODELS = TinySet.models();

    @Test
    void theGeneratorIsNestedAndPrefixedAndNothingElse() throws IOException, CheckpointException {
        Checkpoint file = Checkpoint.open(MODELS.resolve("LongLive-1.3B/models/longlive_base.pt"));
        assertTrue(file.tensors().keySet().stream().allMatch(name -> name.startsWith("generator.model.")));
        assertEquals(Set.of(), new Requirements(TransformerWeights.required(config())).check(generator()));
    }

    @Test
    void theAdapterFitsEveryLinearLayerOfEveryBlock() throws IOException, CheckpointException {
        LoraAdapter adapter = LoraAdapter.open(MODELS.resolve("LongLive-1.3B/models/lora.pt"));
        assertEquals(10 * config().layers(), adapter.matching(generator()).size());
        assertEquals(adapter.pairs().size(), adapter.matching(generator()).size());
    }

    @Test
    void theVaceModuleHasABlockForEveryOtherLayer() throws IOException, CheckpointException {
        Checkpoint file = open("WanVideo_comfy/Wan2_1-VACE_module_1_3B_bf16.safetensors");
        assertEquals(Set.of(), new Requirements(VaceWeights.required(config(), (config().layers() + 1) / 2)).check(file));
        assertEquals(Set.of(DType.BF16), types(file));
    }

    @Test
    void theTextEncoderKeepsItsLinearLayersInEightBits() throws IOException, CheckpointException {
        Checkpoint file = open("WanVideo_comfy/umt5-xxl-enc-fp8_e4m3fn.safetensors");
        for (StoredTensor tensor : file.tensors().values()) {
            boolean wide = tensor.name().matches("token_embedding\\.weight|.*norm\\d?\\.weight|.*pos_embedding\\.embedding\\.weight");
            assertEquals(wide ? DType.BF16 : DType.F8_E4M3, tensor.dtype(), tensor.name());
        }
        Umt5Config sizes = Umt5Config.of(file);
        assertEquals(config().textDim(), sizes.dim());
        assertTrue(sizes.vocab() >= TinyTokenizer.size());
        TextEncoder.load(Ort.cpu(), file, config().textLen()).close();
    }

    @ParameterizedTest
    @EnumSource
    void everyAutoencoderLoads(VaeType type) throws CheckpointException {
        String folder = type == VaeType.WAN ? "Wan2.1-T2V-1.3B/" : "Autoencoders/";
        VideoAutoencoders.load(new VaeOptions(type, 16, 32, DType.F32), open(folder + type.file()), Ort.cpu()).close();
    }

    /** 1.46 GB in bf16. */
    @Test
    void thePublishedVaceModuleHasAsManyNumbersAsItsFile() {
        long numbers = VaceWeights.required(TransformerConfig.WAN_1_3B, 15).values().stream().mapToLong(shape -> shape.elements()).sum();
        assertEquals(1.46e9, 2.0 * numbers, 0.01e9);
    }

    private static Checkpoint open(String path) throws CheckpointException {
        return Checkpoint.open(MODELS.resolve(path));
    }

    private static Checkpoint generator() throws CheckpointException {
        return open("LongLive-1.3B/models/longlive_base.pt").nested("generator").orElseThrow().modelNames();
    }

    private static TransformerConfig config() throws IOException, CheckpointException {
        return TransformerConfig.parse(Files.readString(MODELS.resolve("Wan2.1-T2V-1.3B/config.json")));
    }

    private static Set<DType> types(Checkpoint file) {
        return file.tensors().values().stream().map(StoredTensor::dtype).collect(Collectors.toCollection(TreeSet::new));
    }
}
