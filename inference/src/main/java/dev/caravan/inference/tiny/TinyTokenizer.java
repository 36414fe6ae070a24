package dev.caravan.inference.tiny;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A vocabulary of letters, digits and some words, as {@code tokenizer.json} and {@code spiece.model}. The first four ids are those of
 * UMT5: padding, end, begin, unknown.
 */
final class TinyTokenizer {

    private static final List<String> SPECIAL = List.of("<pad>", "</s>", "<s>", "<unk>");
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

    /** The Hugging Face form: Metaspace before a Unigram model, {@code </s>} after the text. */
    static String tokenizerJson() {
        ObjectMapper json = new ObjectMapper();
        ObjectNode root = json.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation").putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (int id = 0; id < SPECIAL.size(); id++) {
            added.addObject().put("id", id).put("content", SPECIAL.get(id)).put("single_word", false).put("lstrip", false)
                    .put("rstrip", false).put("normalized", false).put("special", true);
        }
        root.putObject("normalizer").put("type", "NFKC");
        root.putObject("pre_tokenizer").put("type", "Metaspace").put("replacement", SPACE).put("prepend_scheme", "always")
                .put("split", true);
        ObjectNode ending = root.putObject("post_processor").put("type", "TemplateProcessing");
        ArrayNode single = ending.putArray("single");
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        single.addObject().putObject("SpecialToken").put("id", "</s>").put("type_id", 0);
        ArrayNode pair = ending.putArray("pair");
        pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        pair.addObject().putObject("SpecialToken").put("id", "</s>").put("type_id", 0);
        pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 0);
        pair.addObject().putObject("SpecialToken").put("id", "</s>").put("type_id", 0);
        ObjectNode special = ending.putObject("special_tokens").putObject("</s>").put("id", "</s>");
        special.putArray("ids").add(1);
        special.putArray("tokens").add("</s>");
        root.putObject("decoder").put("type", "Metaspace").put("replacement", SPACE).put("prepend_scheme", "always").put("split", true);
        ObjectNode model = root.putObject("model").put("type", "Unigram").put("unk_id", 3);
        ArrayNode vocabulary = model.putArray("vocab");
        pieces().forEach(piece -> vocabulary.addArray().add(piece).add(score(piece)));
        model.put("byte_fallback", false);
        return root.toString();
    }

    /** The SentencePiece form: a protobuf of pieces with score and type, and the settings of the normaliser. */
    static byte[] spieceModel() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String piece : pieces()) {
            int type = piece.equals("<unk>") ? 2 : SPECIAL.contains(piece) ? 3 : 1;
            byte[] text = piece.getBytes(StandardCharsets.UTF_8);
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            message.write(1 << 3 | 2);
            message.write(text.length);
            message.writeBytes(text);
            message.write(2 << 3 | 5);
            message.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat((float) score(piece)).array());
            message.write(3 << 3);
            message.write(type);
            out.write(1 << 3 | 2);
            out.write(message.size());
            out.writeBytes(message.toByteArray());
        }
        // normalizer_spec: name "nmt_nfkc", dummy prefix, no extra spaces, spaces written as U+2581.
        byte[] name = "identity".getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream normalizer = new ByteArrayOutputStream();
        normalizer.write(1 << 3 | 2);
        normalizer.write(name.length);
        normalizer.writeBytes(name);
        for (int field = 3; field <= 5; field++) {
            normalizer.write(field << 3);
            normalizer.write(1);
        }
        out.write(3 << 3 | 2);
        out.write(normalizer.size());
        out.writeBytes(normalizer.toByteArray());
        return out.toByteArray();
    }
}
