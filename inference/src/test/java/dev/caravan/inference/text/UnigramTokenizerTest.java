package dev.caravan.inference.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Our tokenizer gives what Hugging Face's gives, text by text. */
class UnigramTokenizerTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int UNLIMITED = 1_000_000;

    @TempDir
    private Path folder;

    @BeforeAll
    static void theOracleStaysAtHome() {
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
    }

    static Stream<Arguments> variants() {
        return Stream.of(
                variant("charsmap", _ -> {}),
                variant("charsmap, byte fallback", json -> model(json).put("byte_fallback", true)),
                variant("byte fallback without all bytes", json -> {
                    model(json).put("byte_fallback", true);
                    ((ArrayNode) model(json).path("vocab").path(4 + 0xF0)).set(0, "no byte");
                }),
                variant("NFKC", json -> normalizer(json, "{\"type\":\"NFKC\"}")),
                variant("NFKC, byte fallback", json -> {
                    normalizer(json, "{\"type\":\"NFKC\"}");
                    model(json).put("byte_fallback", true);
                }),
                variant("no normalizer", json -> json.putNull("normalizer")),
                variant("as a SentencePiece model is converted", json -> normalizer(json, "{\"type\":\"Sequence\",\"normalizers\":["
                        + json.path("normalizer") + ",{\"type\":\"Strip\",\"strip_left\":false,\"strip_right\":true},"
                        + "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\" {2,}\"},\"content\":\"▁\"}]}")),
                variant("NFC, lower case, strip, replace", json -> normalizer(json, "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFC\"},"
                        + "{\"type\":\"Lowercase\"},{\"type\":\"Strip\",\"strip_left\":true,\"strip_right\":false},"
                        + "{\"type\":\"Replace\",\"pattern\":{\"String\":\"..\"},\"content\":\"$1\\\\\"},"
                        + "{\"type\":\"Replace\",\"pattern\":{\"Regex\":\"\\\\s+\"},\"content\":\" \"}]}")),
                variant("NFKD, prepend", json -> normalizer(json, "{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFKD\"},"
                        + "{\"type\":\"Prepend\",\"prepend\":\"x\"},{\"type\":\"NFD\"}]}")),
                variant("mT5's words", json -> preTokenizer(json, "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"WhitespaceSplit\"},"
                        + "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"add_prefix_space\":true}]}")),
                variant("prefix at the first word only", json -> preTokenizer(json, "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"first\"}")),
                variant("prefix at the first word only, split by white space", json -> preTokenizer(json, "{\"type\":\"Sequence\",\"pretokenizers\":["
                        + "{\"type\":\"WhitespaceSplit\"},{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"first\",\"split\":true}]}")),
                variant("no prefix, no split", json -> preTokenizer(json, "{\"type\":\"Metaspace\",\"replacement\":\"▁\",\"prepend_scheme\":\"never\",\"split\":false}")),
                variant("no pre-tokenizer", json -> json.putNull("pre_tokenizer")),
                variant("no template", json -> json.putNull("post_processor")),
                variant("added tokens of every kind", json -> {
                    ArrayNode added = (ArrayNode) json.path("added_tokens");
                    // Those that are pieces have the piece's id, whatever the file says.
                    int next = model(json).path("vocab").size() + 3;
                    added.add(SmallTokenizer.addedToken(0, "river", false).put("single_word", true));
                    added.add(SmallTokenizer.addedToken(0, "with", false).put("lstrip", true));
                    added.add(SmallTokenizer.addedToken(0, "flying", true).put("rstrip", true).put("lstrip", true));
                    added.add(SmallTokenizer.addedToken(next, "ＡＢ", false).put("normalized", true));
                    added.add(SmallTokenizer.addedToken(0, "fl", false).put("normalized", true));
                    added.add(SmallTokenizer.addedToken(next + 1, "½", true));
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("variants")
    void theIdsAreThoseOfHuggingFace(String name, Consumer<ObjectNode> change) throws Exception {
        Path file = write(change);
        Tokenizer ours = Tokenizers.open(folder);
        List<String> texts = Stream.concat(
                Stream.of("", " ", "  ", "▁", "a", " a", "a ", "ЖЖ", "ЖЖЖ", "</s>", "a</s>b", "\r\n", "\u0000", "a\u0000b", "ﬁ\u0301", "o\u0308\u0301"),
                RandomTexts.some(600, name.hashCode()).stream()).toList();
        try (HuggingFaceTokenizer oracle = HuggingFaceTokenizer.newInstance(file, Map.of("truncation", "false", "padding", "false"))) {
            for (String text : texts) {
                assertEquals(ids(oracle, text), Arrays.toString(ours.encode(text, UNLIMITED)), () -> "text: " + escaped(text));
            }
        }
    }

    @Test
    void longTextsAreCutSoThatTheLastIdIsTheEnd() throws Exception {
        Path file = write(_ -> {});
        Tokenizer ours = Tokenizers.open(folder);
        String text = RandomTexts.one(new Random(5), 900);
        try (HuggingFaceTokenizer oracle = HuggingFaceTokenizer.newInstance(file, Map.of("truncation", "true", "maxLength", "512", "padding", "false"))) {
            int[] ids = ours.encode(text, 512);
            assertEquals(512, ids.length);
            assertEquals(1, ids[511]);
            assertEquals(ids(oracle, text), Arrays.toString(ids));
        }
        assertArrayEquals(new int[] {1}, ours.encode(text, 1));
        assertThrows(IllegalArgumentException.class, () -> ours.encode(text, 0));
    }

    @Test
    void cleanedTextsWithLoneSurrogatesAreTokenizedToo() throws Exception {
        Path file = write(_ -> {});
        Tokenizer ours = Tokenizers.open(folder);
        try (HuggingFaceTokenizer oracle = HuggingFaceTokenizer.newInstance(file, Map.of("truncation", "false", "padding", "false"))) {
            for (String text : RandomTexts.some(300, 3)) {
                String cleaned = TextCleaning.clean("\ud83d " + text + "\ude00\ud83d");
                assertEquals(ids(oracle, cleaned), Arrays.toString(ours.encode(cleaned, UNLIMITED)), () -> "text: " + escaped(cleaned));
            }
        }
    }

    @Test
    void theCommittedTokenizerIsWhatItsProgramMakes() throws IOException {
        assertEquals(SmallTokenizer.text(), Files.readString(committed()));
        assertTrue(SmallTokenizer.pieces().size() > 600);
    }

    private static Path committed() {
        return Path.of("src/test/resources/dev/caravan/inference/text/tokenizer.json");
    }

    private Path write(Consumer<ObjectNode> change) throws IOException {
        ObjectNode json = (ObjectNode) JSON.readTree(committed().toFile());
        change.accept(json);
        Path file = folder.resolve("tokenizer.json");
        Files.write(file, json.toString().getBytes(StandardCharsets.UTF_8));
        return file;
    }

    private static String ids(HuggingFaceTokenizer oracle, String text) {
        return Arrays.stream(oracle.encode(text).getIds()).mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String escaped(String text) {
        return text.chars().mapToObj(c -> c >= ' ' && c < 127 ? Character.toString(c) : "\\u%04x".formatted(c)).collect(Collectors.joining());
    }

    private static Arguments variant(String name, Consumer<ObjectNode> change) {
        return Arguments.of(name, change);
    }

    private static ObjectNode model(ObjectNode json) {
        return (ObjectNode) json.path("model");
    }

    private static void normalizer(ObjectNode json, String text) {
        json.set("normalizer", parsed(text));
    }

    private static void preTokenizer(ObjectNode json, String text) {
        json.set("pre_tokenizer", parsed(text));
    }

    private static JsonNode parsed(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
