package dev.caravan.inference.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files of tokenizers that are damaged or made to do harm cost one clear line. */
class HostileTokenizerTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TEXT = "a cat ﬁ é\u0301 🚀 on  the ocean";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /model/type             | "BPE"                     | holds a 'BPE' tokenizer
            /model/vocab            | {"a": 1}                  | only Unigram
            /model/vocab            | []                        | has 0 pieces
            /model/vocab            | [["a", 0], ["b"]]         | entry 1 of the vocabulary
            /model/vocab            | [["a", 1e999]]            | no finite score
            /model/vocab            | [["\\ud800", 1]]          | is not text
            /model/unk_id           | 1000000                   | unk_id is '1000000'
            /model/unk_id           | -1                        | unk_id is '-1'
            /model/unk_id           | 0.5                       | unk_id is '0.5'
            /normalizer             | {"type": "Bert\\nX"}      | normalizer 'Bert X' is not known
            /normalizer             | "NFC"                     | normalizer 'nothing' is not known
            /normalizer             | {"type": "Replace", "pattern": {"Regex": "(a+)+$"}, "content": ""}  | '(a+)+$': only one kind
            /normalizer             | {"type": "Replace", "pattern": {"Regex": "[z-a]+"}, "content": ""}  | no expression
            /normalizer             | {"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaaaaaaaaa"}  | at most 16 characters
            /normalizer             | {"type": "Precompiled", "precompiled_charsmap": "!"}         | not base64
            /normalizer             | {"type": "Precompiled", "precompiled_charsmap": "AAA="}      | cut off
            /normalizer             | {"type": "Precompiled", "precompiled_charsmap": "/////w=="}  | damaged
            /pre_tokenizer          | {"type": "ByteLevel"}     | pre-tokenizer 'ByteLevel'
            /pre_tokenizer          | {"type": "Metaspace", "replacement": ""}                     | not one character
            /pre_tokenizer          | {"type": "Metaspace", "replacement": "_", "prepend_scheme": "x"}  | prepend_scheme 'x'
            /post_processor         | {"type": "RobertaProcessing"}                                | post-processor 'RobertaProcessing'
            /post_processor         | {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x"}}]}  | names 'x' without its ids
            /post_processor/special_tokens/<~1s>/ids                     | [-1]   | a template's id is '-1'
            /added_tokens           | [{"content": "xyz", "id": 4294967296}]                         | an added token's id is '4294967296'
            """)
    void whatIsNotKnownIsRefusedByName(String pointer, String value, String message) throws Exception {
        ObjectNode json = SmallTokenizer.json();
        int parent = pointer.lastIndexOf('/');
        ((ObjectNode) json.at(pointer.substring(0, parent))).put(pointer.substring(parent + 1), "HERE");
        // As text: not every value survives being parsed and written.
        refused(json.toString().replace("\"HERE\"", value).getBytes(StandardCharsets.UTF_8), message);
    }

    @Test
    void filesThatAreNoneAreRefused() throws Exception {
        byte[] whole = SmallTokenizer.text().getBytes(StandardCharsets.UTF_8);
        refused(Arrays.copyOf(whole, whole.length / 2), "tokenizer.json is damaged");
        refused(new byte[0], "only Unigram is known");
        refused("<!DOCTYPE html>".getBytes(StandardCharsets.UTF_8), "tokenizer.json is damaged");
        refused("[".repeat(100_000).getBytes(StandardCharsets.UTF_8), "tokenizer.json is damaged");
        refused(("[" + "[],".repeat(1_100_000) + "[]]").getBytes(StandardCharsets.UTF_8), "tokenizer.json is damaged");
    }

    @Test
    void anEndlessPieceIsRefused() throws Exception {
        ObjectNode json = SmallTokenizer.json();
        ((ObjectNode) json.path("model")).putArray("vocab").addArray().add("a".repeat(5000)).add(1);
        refused(json.toString().getBytes(StandardCharsets.UTF_8), "has 5000 characters");
    }

    @Test
    void anEndlessFileIsNotRead() throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve("tokenizer.json").toFile(), "rw")) {
            file.setLength(1L << 40);
        }
        assertTrue(oneLine(assertThrows(TokenizerException.class, () -> Tokenizers.open(folder))).contains("at most"));
    }

    @Test
    void aMissingTokenizerSaysWhatToDo() {
        TokenizerException refused = assertThrows(TokenizerException.class, () -> Tokenizers.open(folder));
        assertTrue(oneLine(refused).startsWith("no tokenizer: download the model's tokenizer.json"));
    }

    @Test
    void rulesThatDoubleTextAreStopped() throws Exception {
        ObjectNode json = SmallTokenizer.json();
        String twice = "{\"type\":\"Replace\",\"pattern\":{\"String\":\"a\"},\"content\":\"aa\"}";
        json.set("normalizer", JSON.readTree("{\"type\":\"Sequence\",\"normalizers\":[" + (twice + ",").repeat(31) + twice + "]}"));
        assertEquals(512, tokenizer(json.toString().getBytes(StandardCharsets.UTF_8)).encode("a", 512).length);
    }

    @Test
    void aCharsmapThatLeadsOutOfItselfIsNotFollowed() throws Exception {
        Random random = new Random(8);
        for (int round = 0; round < 2000; round++) {
            ByteBuffer charsmap = ByteBuffer.allocate(4 + 4 * 256 + 8).order(ByteOrder.LITTLE_ENDIAN).putInt(4 * 256);
            for (int i = 0; i < 256; i++) {
                // Mostly plausible: a label and a leaf, with an offset anywhere.
                charsmap.putInt(i == 0 || random.nextInt(3) == 0 ? random.nextInt() & 0x7FFF_FF00 | i : i | 1 << 8 | random.nextInt(512) << 10);
            }
            assertNotNull(Charsmap.read(charsmap.array()).apply(TEXT));
        }
    }

    @Test
    void flippedBytesGiveAMessageOrATokenizer() throws Exception {
        byte[] json = SmallTokenizer.text().getBytes(StandardCharsets.UTF_8);
        byte[] sentencePiece = SentencePieceModelTest.model(new SentencePieceWriter().bytes(2, SmallTokenizer.CHARSMAP));
        Random random = new Random(17);
        int refused = 0;
        for (int round = 0; round < 300; round++) {
            byte[] bytes = (round % 2 == 0 ? json : sentencePiece).clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
            byte[] cut = Arrays.copyOf(bytes, length);
            try {
                Tokenizer tokenizer = round % 2 == 0 ? TokenizerJson.read(cut) : SentencePieceModel.read(cut);
                tokenizer.encode(TEXT, 512);
            } catch (TokenizerException e) {
                oneLine(e);
                refused++;
            }
        }
        assertTrue(refused > 50, "only " + refused + " refused");
    }

    private void refused(byte[] file, String message) throws IOException {
        TokenizerException refused = assertThrows(TokenizerException.class, () -> tokenizer(file));
        assertTrue(oneLine(refused).contains(message), () -> refused.getMessage() + " should say: " + message);
    }

    private Tokenizer tokenizer(byte[] file) throws IOException, TokenizerException {
        Files.write(folder.resolve("tokenizer.json"), file);
        return Tokenizers.open(folder);
    }

    private String oneLine(TokenizerException refused) {
        String message = refused.getMessage();
        assertTrue(message.length() < 250 && message.lines().count() == 1, message);
        assertFalse(message.contains(folder.getParent().toString()), message);
        return message;
    }
}
