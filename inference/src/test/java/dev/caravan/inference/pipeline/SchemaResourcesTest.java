package dev.caravan.inference.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The schemas clients read (contract §4.2 and §4.3). */
class SchemaResourcesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> GENERATIVE =
            List.of("streamdiffusionv2", "longlive", "krea-realtime-video", "reward-forcing", "memflow");
    private static final List<String> OTHERS = List.of(
            "passthrough", "video-depth-anything", "controller-viz", "rife", "scribble", "gray", "edges", "optical-flow", "test-card");

    static Stream<String> ids() {
        return Stream.concat(GENERATIVE.stream(), OTHERS.stream());
    }

    @ParameterizedTest
    @ValueSource(strings = {"longlive", "passthrough"})
    void theExamplesOfTheContractAreServedWordForWord(String id) throws IOException {
        JsonNode example = read("contract/" + id + ".json");
        assertEquals(example, schema(id));
        assertEquals(example.toString(), schema(id).toString(), "in the same order");
    }

    @ParameterizedTest
    @MethodSource("ids")
    void everyEntryHasTheKeysOfTheContractInTheirOrder(String id) throws IOException {
        List<String> keys = new ArrayList<>();
        read("contract/longlive.json").fieldNames().forEachRemaining(keys::add);
        if (!schema(id).has("mode_defaults")) {
            keys.remove("mode_defaults");
        }
        List<String> given = new ArrayList<>();
        schema(id).fieldNames().forEachRemaining(given::add);
        assertEquals(keys, given);
        assertEquals(id, schema(id).get("id").asText());
        assertEquals("1.0.0", schema(id).get("version").asText());
        assertTrue(schema(id).get("plugin_name").isNull());
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
        // id                 | name                  | modes        | default | vram | prompts models modified min | usage       | HxW     | steps
        "streamdiffusionv2    | StreamDiffusionV2     | text video | video | 20.0 | true  true  true  16 | ``            | 512x512 | [750,250]",
        "longlive             | LongLive              | text video | text  | 20.0 | true  true  true  16 | ``            | 320x576 | [1000,750,500,250]",
        "krea-realtime-video  | Krea Realtime Video   | text video | text  | 32.0 | true  true  true  16 | ``            | 320x576 | [1000,750,500,250]",
        "reward-forcing       | RewardForcing         | text video | text  | 20.0 | true  true  true  16 | ``            | 320x576 | [1000,750,500,250]",
        "memflow              | MemFlow               | text video | text  | 20.0 | true  true  true  16 | ``            | 320x576 | [1000,750,500,250]",
        "passthrough          | Passthrough           | video      | video | null | false false false 1  | ``            | 512x512 | null",
        "video-depth-anything | Video Depth Anything  | video      | video | 1.0  | false true  true  1  | preprocessor  | 512x512 | null",
        "controller-viz       | Controller Visualizer | text       | text  | null | false false false 1  | ``            | 512x512 | null",
        "rife                 | RIFE                  | video      | video | null | false true  true  1  | postprocessor | 512x512 | null",
        "scribble             | Scribble              | video      | video | null | false true  true  1  | preprocessor  | 512x512 | null",
        "gray                 | Grayscale             | video      | video | null | false false true  1  | preprocessor  | 512x512 | null",
        "edges                | Edges                 | video      | video | null | false false true  1  | preprocessor  | 512x512 | null",
        "optical-flow         | Optical Flow          | video      | video | null | false false true  1  | preprocessor  | 512x512 | null",
        "test-card            | Test Card             | text video | text  | null | true  false false 16 | ``            | 320x576 | null",
    })
    void theTableOfTheContractHolds(
            String id, String name, String modes, String mode, String vram, String facts, String usage, String size, String steps)
            throws IOException {
        ObjectNode schema = schema(id);
        assertEquals(name, schema.get("name").asText());
        assertEquals(modes, words(schema.get("supported_modes")));
        assertEquals(mode, schema.get("default_mode").asText());
        assertEquals(vram, schema.get("estimated_vram_gb").toString());
        assertEquals(
                facts.replaceAll(" +", " "),
                schema.get("supports_prompts") + " " + schema.get("requires_models") + " " + schema.get("modified") + " "
                        + schema.get("min_dimension"));
        assertEquals(usage, words(schema.get("usage")));
        JsonNode properties = properties(id);
        assertEquals(size, properties.at("/height/default") + "x" + properties.at("/width/default"));
        assertEquals(steps, properties.at("/denoising_steps/default").toString());
        assertEquals(id.equals("streamdiffusionv2") ? 4 : 1, properties.at("/input_size/default").asInt());
        assertEquals(42, properties.at("/base_seed/default").asInt());
        boolean generative = GENERATIVE.contains(id);
        for (String flag : List.of("supports_lora", "supports_vace", "supports_cache_management", "supports_quantization")) {
            assertEquals(generative, schema.get(flag).asBoolean(), flag);
        }
        assertEquals(generative ? "video vace_input_frames vace_input_masks" : "video", words(schema.get("inputs")));
        assertEquals("video", words(schema.get("outputs")));
        boolean krea = id.equals("krea-realtime-video");
        assertEquals(krea, schema.get("supports_kv_cache_bias").asBoolean());
        assertEquals(krea ? "40.0" : "null", schema.get("recommended_quantization_vram_threshold").toString());
        assertEquals(krea ? "linear" : "slerp", schema.get("default_temporal_interpolation_method").asText());
        assertEquals(krea ? 4 : 0, schema.get("default_temporal_interpolation_steps").asInt());
        assertTrue(schema.get("produces_video").asBoolean());
        assertFalse(schema.get("produces_audio").asBoolean());
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
        "streamdiffusionv2   | {\"text\":{\"height\":512,\"width\":512,\"denoising_steps\":[1000,750]}}",
        "krea-realtime-video | {\"video\":{\"height\":256,\"width\":256,\"denoising_steps\":[1000,750],\"noise_scale\":0.7,\"noise_controller\":true,\"default_temporal_interpolation_steps\":0}}",
        "reward-forcing      | {\"video\":{\"height\":512,\"width\":512,\"denoising_steps\":[1000,750],\"noise_scale\":0.7,\"noise_controller\":true}}",
        "memflow             | {\"video\":{\"height\":512,\"width\":512,\"denoising_steps\":[1000,750],\"noise_scale\":0.7,\"noise_controller\":true}}",
    })
    void aModeOverridesWhatTheContractSays(String id, String defaults) throws IOException {
        assertEquals(JSON.readTree(defaults), schema(id).get("mode_defaults"));
    }

    @ParameterizedTest
    @CsvSource({
        "streamdiffusionv2,false", "longlive,true", "krea-realtime-video,true", "reward-forcing,false", "memflow,false",
    })
    void theGenerativeOnesShareTheSettingsOfLonglive(String id, boolean modulatable) throws IOException {
        assertEquals(properties("longlive").properties().stream().map(e -> e.getKey()).toList(),
                properties(id).properties().stream().map(e -> e.getKey()).toList());
        for (var entry : properties("longlive").properties()) {
            ObjectNode ours = properties(id).get(entry.getKey()).deepCopy();
            ObjectNode theirs = entry.getValue().deepCopy();
            if (entry.getKey().equals("noise_scale") && !modulatable) {
                ((ObjectNode) theirs.get("ui")).remove(List.of("modulatable", "modulatable_min", "modulatable_max"));
            }
            if (entry.getKey().equals("input_size")) {
                continue;
            }
            ours.remove("default");
            theirs.remove("default");
            assertEquals(theirs, ours);
        }
    }

    @Test
    void docsPointWhereTheContractSays() throws IOException {
        for (String id : GENERATIVE) {
            assertEquals("https://github.com/daydreamlive/scope/blob/main/src/scope/core/pipelines/" + id.replace('-', '_')
                    + "/docs/usage.md", schema(id).get("docs_url").asText());
        }
        assertEquals("https://github.com/DepthAnything/Video-Depth-Anything", schema("video-depth-anything").get("docs_url").asText());
        assertEquals("https://github.com/hzwer/Practical-RIFE", schema("rife").get("docs_url").asText());
        assertEquals("https://pytorch.org/vision/main/models/raft.html", schema("optical-flow").get("docs_url").asText());
        for (String id : List.of("passthrough", "controller-viz", "scribble", "gray", "edges", "test-card")) {
            assertTrue(schema(id).get("docs_url").isNull());
        }
    }

    @ParameterizedTest
    @MethodSource("ids")
    void defaultsObeyTheirOwnBounds(String id) throws IOException {
        ObjectNode schema = schema(id);
        JsonNode config = schema.get("config_schema");
        assertFalse(config.get("additionalProperties").asBoolean(true));
        assertEquals("object", config.get("type").asText());
        for (var property : properties(id).properties()) {
            JsonNode wanted = property.getValue();
            assertTrue(wanted.has("default"), property.getKey());
            assertTrue(fits(wanted.get("default"), wanted, config), property.getKey());
        }
        for (JsonNode mode : schema.path("mode_defaults")) {
            for (var override : mode.properties()) {
                JsonNode wanted = properties(id).path(override.getKey());
                boolean known = wanted.isMissingNode() ? schema.has(override.getKey()) : fits(override.getValue(), wanted, config);
                assertTrue(known, override.getKey());
            }
        }
        assertTrue(words(schema.get("supported_modes")).contains(schema.get("default_mode").asText()));
        for (String mode : words(schema.get("supported_modes")).split(" ")) {
            assertTrue(Set.of("text", "video").contains(mode));
        }
    }

    @Test
    void theLittleCheckerOfThisTestCanSayNo() throws IOException {
        JsonNode longlive = schema("longlive").get("config_schema");
        assertFalse(fits(JSON.readTree("0"), properties("longlive").get("height"), longlive));
        assertFalse(fits(JSON.readTree("1.5"), properties("longlive").get("noise_scale"), longlive));
        assertFalse(fits(JSON.readTree("\"vae\""), properties("longlive").get("vae_type"), longlive));
        assertFalse(fits(JSON.readTree("[\"x\"]"), properties("longlive").get("denoising_steps"), longlive));
        JsonNode viz = schema("controller-viz").get("config_schema");
        assertFalse(fits(JSON.readTree("{\"mouse\":[1]}"), properties("controller-viz").get("ctrl_input"), viz));
        assertTrue(fits(JSON.readTree("{\"button\":[\"KeyW\"],\"mouse\":[1,2]}"), properties("controller-viz").get("ctrl_input"), viz));
    }

    /** As much of JSON Schema as the schemas use. */
    private static boolean fits(JsonNode value, JsonNode wanted, JsonNode root) {
        if (wanted.has("$ref")) {
            return fits(value, root.at(wanted.get("$ref").asText().substring(1)), root);
        }
        if (wanted.has("anyOf")) {
            return wanted.get("anyOf").valueStream().anyMatch(option -> fits(value, option, root));
        }
        boolean type = switch (wanted.path("type").asText()) {
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "string" -> value.isTextual();
            case "null" -> value.isNull();
            case "array" -> value.isArray()
                    && value.size() >= wanted.path("minItems").asInt(0)
                    && value.size() <= wanted.path("maxItems").asInt(Integer.MAX_VALUE)
                    && (!wanted.has("items") || value.valueStream().allMatch(item -> fits(item, wanted.get("items"), root)));
            case "object" -> value.isObject()
                    && value.properties().stream().allMatch(e -> fits(e.getValue(), wanted.at("/properties/" + e.getKey()), root));
            default -> false;
        };
        return type
                && (!wanted.has("minimum") || value.asDouble() >= wanted.get("minimum").asDouble())
                && (!wanted.has("maximum") || value.asDouble() <= wanted.get("maximum").asDouble())
                && (!wanted.has("enum") || wanted.get("enum").valueStream().anyMatch(value::equals));
    }

    private static String words(JsonNode list) {
        return String.join(" ", list.valueStream().map(JsonNode::asText).toList());
    }

    private static JsonNode properties(String id) throws IOException {
        return schema(id).at("/config_schema/properties");
    }

    private static ObjectNode schema(String id) throws IOException {
        return read("schemas/" + id + ".json");
    }

    private static ObjectNode read(String resource) throws IOException {
        try (InputStream in = Objects.requireNonNull(SchemaResourcesTest.class.getResourceAsStream(resource), resource)) {
            return (ObjectNode) JSON.readTree(in);
        }
    }
}
