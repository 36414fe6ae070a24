package dev.caravan.inference.tiny;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.inference.onnx.Protobuf;
import java.util.ArrayList;
import java.util.List;

/**
 * A vocabulary of letters, digits and some words, in the four files a tokenizer comes in. The first four ids are those of UMT5: padding,
 * end, begin, unknown.
 */
final class TinyTokenizer {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String END = "</s>";
    private static final int END_ID = 1;
    private static final String UNKNOWN = "<unk>";
    private static final int UNKNOWN_ID = 3;
    private static final List<String> SPECIAL = List.of("<pad>", END, "<s>", UNKNOWN);
    private static final String SPACE = "\u2581";
    private static final String WORDS =
            "a an the of in on at with and to is painting watercolour landscape portrait city night day sea sky light dark boat"
                    + " paper forest harbour neon cyberpunk oil style beautiful vibrant colors scene person anime mosaic relief";

    private TinyTokenizer() {}

    /** Ids there are. */
    static int size() {
        return pieces().size();
    }

    private static List<String> pieces() {
        List<String> pieces = new ArrayList<>(SPECIAL);
        pieces.add(SPACE);
        for (char c = '!'; c <= '~'; c++) {
            pieces.add(String.valueOf(c));
        }
        for (String word : WORDS.split(" ")) {
            pieces.add(SPACE + word);
        }
        return List.copyOf(pieces);
    }

    /** Longer pieces are likelier, as in a trained vocabulary. */
    private static double score(String piece) {
        return SPECIAL.contains(piece) ? 0 : -12 + Math.min(8, piece.length());
    }

    /** {@code tokenizer.json}, Hugging Face's form: what {@link #spieceModel} says as that is converted for T5. */
    static String tokenizerJson() {
        ObjectNode root = JSON.createObjectNode().put("version", "1.0").putNull("truncation").putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (int id = 0; id < SPECIAL.size(); id++) {
            added.addObject().put("id", id).put("content", SPECIAL.get(id)).put("single_word", false).put("lstrip", false)
                    .put("rstrip", false).put("normalized", false).put("special", true);
        }
        ArrayNode normalizers = root.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        normalizers.addObject().put("type", "Strip").put("strip_left", false).put("strip_right", true);
        normalizers.addObject().put("type", "Replace").put("content", SPACE).putObject("pattern").put("Regex", " {2,}");
        metaspace(root.putObject("pre_tokenizer"));
        ObjectNode template = root.putObject("post_processor").put("type", "TemplateProcessing");
        sentence(template.putArray("single"), "A");
        sentence(sentence(template.putArray("pair"), "A"), "B");
        ObjectNode end = template.putObject("special_tokens").putObject(END).put("id", END);
        end.putArray("ids").add(END_ID);
        end.putArray("tokens").add(END);
        metaspace(root.putObject("decoder"));
        ObjectNode model = root.putObject("model").put("type", "Unigram").put("unk_id", UNKNOWN_ID);
        ArrayNode vocabulary = model.putArray("vocab");
        pieces().forEach(piece -> vocabulary.addArray().add(piece).add(score(piece)));
        model.put("byte_fallback", false);
        return root.toPrettyString();
    }

    private static void metaspace(ObjectNode json) {
        json.put("type", "Metaspace").put("replacement", SPACE).put("prepend_scheme", "always").put("split", true);
    }

    private static ArrayNode sentence(ArrayNode template, String id) {
        template.addObject().putObject("Sequence").put("id", id).put("type_id", 0);
        template.addObject().putObject("SpecialToken").put("id", END).put("type_id", 0);
        return template;
    }

    /** {@code spiece.model}, SentencePiece's form: pieces with score and type, and how text is normalised: only in its spaces. */
    static byte[] spieceModel() {
        Protobuf model = new Protobuf();
        for (String piece : pieces()) {
            int type = piece.equals(UNKNOWN) ? 2 : SPECIAL.contains(piece) ? 3 : 1;
            model.message(1, new Protobuf().text(1, piece).real(2, (float) score(piece)).integer(3, type));
        }
        int unigram = 1;
        model.message(2, new Protobuf().integer(3, unigram));
        // add_dummy_prefix, remove_extra_whitespaces, escape_whitespaces.
        model.message(3, new Protobuf().text(1, "identity").integer(3, 1).integer(4, 1).integer(5, 1));
        return model.toBytes();
    }

    /** {@code tokenizer_config.json}. */
    static String config() {
        return specialTokens().put("tokenizer_class", "T5Tokenizer").put("extra_ids", 0).put("clean_up_tokenization_spaces", true)
                .put("model_max_length", TinySizes.TRANSFORMER.textLen()).toPrettyString();
    }

    /** {@code special_tokens_map.json}. */
    static String specialTokensMap() {
        return specialTokens().toPrettyString();
    }

    private static ObjectNode specialTokens() {
        return JSON.createObjectNode().put("pad_token", SPECIAL.getFirst()).put("eos_token", END).put("unk_token", UNKNOWN);
    }
}
