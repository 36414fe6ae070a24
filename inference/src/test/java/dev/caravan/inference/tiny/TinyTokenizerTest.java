package dev.caravan.inference.tiny;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.caravan.inference.text.Tokenizer;
import dev.caravan.inference.text.TokenizerException;
import dev.caravan.inference.text.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both tokenizer files of a set give the ids that Hugging Face's tokenizer gives. */
class TinyTokenizerTest {

    private static final Path TOKENIZER = TinySet.models().resolve("Wan2.1-T2V-1.3B/google/umt5-xxl");
    private static final List<String> TEXTS = List.of(
            "", "a", "a painting of the sea", "A neon CITY at night, cyberpunk!", "the the  the", " boats ", "3 dogs & 4 cats (5%)", "日本 sky",
            "é", "<s> literally", "paper</s>boat", "vibrant-colors", "qwertyuiop");

    @TempDir
    private Path folder;

    @BeforeAll
    static void theOracleStaysAtHome() {
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("DJL_CACHE_DIR", Path.of("target", "djl").toAbsolutePath().toString());
    }

    @Test
    void tokenizerJsonGivesWhatHuggingFaceGives() throws IOException, TokenizerException {
        Tokenizer ours = Tokenizers.open(TOKENIZER);
        try (HuggingFaceTokenizer oracle = HuggingFaceTokenizer.newInstance(TOKENIZER.resolve("tokenizer.json"))) {
            for (String text : TEXTS) {
                int[] expected = Arrays.stream(oracle.encode(text).getIds()).mapToInt(Math::toIntExact).toArray();
                assertArrayEquals(expected, ours.encode(text, 512), "text: " + text);
            }
        }
    }

    @Test
    void spieceModelAloneGivesTheSame() throws IOException, TokenizerException {
        Files.copy(TOKENIZER.resolve("spiece.model"), folder.resolve("spiece.model"));
        Tokenizer json = Tokenizers.open(TOKENIZER);
        Tokenizer sentencePiece = Tokenizers.open(folder);
        for (String text : TEXTS) {
            assertArrayEquals(json.encode(text, 512), sentencePiece.encode(text, 512), "text: " + text);
        }
    }

    @Test
    void wordsOfTheVocabularyAreOneTokenEach() throws TokenizerException {
        Tokenizer tokenizer = Tokenizers.open(TOKENIZER);
        assertEquals("the sea at night".split(" ").length + 1, tokenizer.encode("the sea at night", 512).length);
        assertFalse(Arrays.equals(tokenizer.encode("the sea", 512), tokenizer.encode("the sky", 512)));
    }
}
