package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TransformerConfigTest {

    private static final String PUBLISHED = """
            {"_class_name": "WanModel", "dim": 1536, "eps": 1e-06, "ffn_dim": 8960, "freq_dim": 256, "in_dim": 16,
             "model_type": "t2v", "num_heads": 12, "num_layers": 30, "out_dim": 16, "text_len": 512}""";

    static List<GoldenCase> checkpoints() {
        return GoldenCase.where(manifest -> manifest.path("config").has("ffn_dim") && manifest.path("tensors").has("head.modulation"));
    }

    @Test
    void thePublishedFileGivesThePublishedSizes() throws Exception {
        assertEquals(TransformerConfig.WAN_1_3B, TransformerConfig.parse(PUBLISHED));
        assertEquals(128, TransformerConfig.WAN_14B.headDim());
    }

    @Test
    void thePublishedModelsHaveTheirNumberOfParameters() {
        assertEquals(1_418_996_800L, parameters(TransformerConfig.WAN_1_3B));
        assertEquals(14_288_491_584L, parameters(TransformerConfig.WAN_14B));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"dim\": 1536        | \"width\": 1536      | no whole number for dim",
        "\"num_heads\": 12    | \"num_heads\": 7     | does not make 7 heads",
        "\"num_heads\": 12    | \"num_heads\": 0     | above zero",
        "\"num_heads\": 12    | \"num_heads\": \"x\" | no whole number for num_heads",
        "\"num_layers\": 30   | \"num_layers\": 1e99 | no whole number for num_layers",
        "\"in_dim\": 16       | \"in_dim\": 36       | in_dim is 36",
        "\"t2v\"              | \"i2v\"              | model_type is \"i2v\"",
        "\"freq_dim\": 256    | \"freq_dim\": 255    | freq_dim 255 is not even",
        "{                    | [                    | not JSON",
    })
    void aFileThatDescribesNoSuchNetworkIsRefusedWithTheReason(String part, String instead, String reason) {
        String text = PUBLISHED.replace(part, instead);
        String message = assertThrows(CheckpointException.class, () -> TransformerConfig.parse(text)).getMessage();
        assertTrue(message.contains(reason) && message.startsWith("the model's config.json") && !message.contains("\n"), message);
    }

    @Test
    void aPictureThatIsNoMultipleOfSixteenIsRefused() {
        assertEquals(720, LatentSize.ofPictures(320, 576).tokens());
        assertThrows(IllegalArgumentException.class, () -> LatentSize.ofPictures(320, 568));
        assertThrows(IllegalArgumentException.class, () -> new LatentSize(40, 71));
        assertThrows(IllegalArgumentException.class, () -> new LatentSize(0, 2));
    }

    @Tag("golden")
    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("checkpoints")
    void aCheckpointHoldsExactlyWhatIsRequired(GoldenCase golden) throws CheckpointException {
        Map<String, Shape> listed = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> tensor : golden.manifest().path("tensors").properties()) {
            listed.put(tensor.getKey(), Shape.of(tensor.getValue().valueStream().mapToLong(JsonNode::asLong).toArray()));
        }
        assertEquals(listed, TransformerWeights.required(GoldenTransformer.config(golden)));
    }

    private static long parameters(TransformerConfig config) {
        return TransformerWeights.required(config).values().stream().mapToLong(Shape::elements).sum();
    }
}
