package dev.caravan.inference.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model's two files give the same ids; {@link UnigramTokenizerTest} compares the other one with Hugging Face's library. */
class SentencePieceModelTest {

    private static final int USER_DEFINED = 270;

    @TempDir
    private Path folder;

    @Test
    void theIdsAreThoseOfTheConvertedFile() throws Exception {
        Tokenizer sentencePiece = SentencePieceModel.read(model(new SentencePieceWriter().bytes(2, SmallTokenizer.CHARSMAP)));
        Tokenizer converted = TokenizerJson.read(new ObjectMapper().writeValueAsBytes(converted()));
        for (String text : RandomTexts.some(500, 21)) {
            assertArrayEquals(converted.encode(text, 512), sentencePiece.encode(text, 512), text);
        }
    }

    @Test
    void itsFlagsAreHeeded() throws Exception {
        int mark = SmallTokenizer.pieces().indexOf("▁");
        int a = SmallTokenizer.pieces().indexOf("a");
        Tokenizer keepsSpaces = SentencePieceModel.read(model(new SentencePieceWriter().integer(4, 0)));
        assertArrayEquals(new int[] {mark, a, mark, mark, 1}, keepsSpaces.encode("a  ", 9));
        Tokenizer withoutPrefix = SentencePieceModel.read(model(new SentencePieceWriter().integer(3, 0)));
        assertArrayEquals(new int[] {a, 1}, withoutPrefix.encode("a  ", 9));
    }

    @Test
    void itIsReadWhereThereIsNoTokenizerJson() throws Exception {
        Files.write(folder.resolve("spiece.model"), model(new SentencePieceWriter()));
        assertArrayEquals(new int[] {SmallTokenizer.pieces().indexOf("▁"), SmallTokenizer.pieces().indexOf("a"), 1}, Tokenizers.open(folder).encode("a", 9));
    }

    @Test
    void otherModelsAreRefused() {
        byte[] bpe = new SentencePieceWriter().piece("</s>", 0, 3).bytes(2, new SentencePieceWriter().integer(3, 2).toBytes()).toBytes();
        assertEquals("spiece.model holds a model of type 2; only unigram (1) is known", message(bpe));
        assertEquals("spiece.model holds no pieces", message(new byte[0]));
        assertEquals("spiece.model has no piece </s>", message(new SentencePieceWriter().piece("a", 0, 1).toBytes()));
        assertEquals("piece 0 of the vocabulary has no finite score", message(new SentencePieceWriter().piece("</s>", Float.NaN, 3).toBytes()));
        assertEquals("spiece.model is damaged: a text in it is not UTF-8",
                message(new SentencePieceWriter().bytes(1, new SentencePieceWriter().bytes(1, new byte[] {-1}).toBytes()).toBytes()));
        assertEquals("spiece.model is damaged or not a SentencePiece model", message("<html>404</html>".getBytes()));
    }

    private static String message(byte[] bytes) {
        return assertThrows(TokenizerException.class, () -> SentencePieceModel.read(bytes)).getMessage();
    }

    /** The small tokenizer's pieces as a SentencePiece model. */
    static byte[] model(SentencePieceWriter normalizerSpec) {
        SentencePieceWriter writer = new SentencePieceWriter();
        List<String> pieces = SmallTokenizer.pieces();
        for (int id = 0; id < pieces.size(); id++) {
            writer.piece(pieces.get(id), score(id), id == 3 ? 2 : id < 3 ? 3 : id < 260 ? 6 : id == USER_DEFINED ? 4 : 1);
        }
        // An unknown field in the midst, and the specs behind.
        return writer.real(200, 1).bytes(2, new SentencePieceWriter().integer(3, 1).integer(35, 1).toBytes())
                .bytes(3, normalizerSpec.toBytes()).toBytes();
    }

    private static float score(int id) {
        return id < 4 ? 0 : -2 - id % 37 * 0.17f;
    }

    private static ObjectNode converted() {
        ObjectNode json = SmallTokenizer.json();
        ArrayNode added = json.putArray("added_tokens");
        for (int id : new int[] {0, 1, 2, 3, USER_DEFINED}) {
            added.add(SmallTokenizer.addedToken(id, SmallTokenizer.pieces().get(id), true));
        }
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode sequence = mapper.createObjectNode().put("type", "Sequence");
        sequence.putArray("normalizers").add(json.path("normalizer"))
                .add(mapper.createObjectNode().put("type", "Strip").put("strip_left", false).put("strip_right", true))
                .add(mapper.createObjectNode().put("type", "Replace").put("content", "▁").set("pattern", mapper.createObjectNode().put("Regex", " {2,}")));
        json.set("normalizer", sequence);
        ArrayNode vocab = ((ObjectNode) json.path("model")).putArray("vocab");
        for (int id = 0; id < SmallTokenizer.pieces().size(); id++) {
            vocab.addArray().add(SmallTokenizer.pieces().get(id)).add((double) score(id));
        }
        return json;
    }
}
