package dev.caravan.inference.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes the small {@code tokenizer.json} of the test resources: the shape of UMT5's (special tokens first, byte pieces, sentinels behind the
 * vocabulary, a compiled charsmap) with some hundred pieces. Run {@link #main} with the file's path after a change here.
 */
final class SmallTokenizer {

    static final String ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,!?'\"-:;()<>&#/";
    static final String WORDS = "a an the is in on of with and cat dog river ocean sunset forest neon city rain walking running slow motion cinematic light"
            + " watercolor portrait woman man robot dragon flying over mountains 4k film grain style anime ing ed er tion ion al";
    static final String OTHER = "éèüößñçаблинде日本語中文京都海山川月夜の風景がきれいですカタカナ한국어서울😀🚀🌊❤αβγאבעربية";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** {@link #rules} compiled. */
    static final byte[] CHARSMAP = CharsmapWriter.compile(rules());

    private static final ObjectNode WHOLE = make();

    private SmallTokenizer() {}

    public static void main(String[] args) throws IOException {
        Files.writeString(Path.of(args[0]), text());
    }

    /** The file's text: one line per piece. */
    static String text() {
        return json().toPrettyString().replaceAll("\\[ (\"[^\\n]*\"), (-?[0-9.]+) ], \\[", "[ $1, $2 ],\n      [") + "\n";
    }

    /** A copy to change. */
    static ObjectNode json() {
        return WHOLE.deepCopy();
    }

    private static ObjectNode make() {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation").putNull("padding");
        List<String> pieces = pieces();
        ArrayNode added = root.putArray("added_tokens");
        for (int id = 0; id < 4; id++) {
            added.add(addedToken(id, pieces.get(id), true));
        }
        for (int i = 0; i < 3; i++) {
            added.add(addedToken(pieces.size() + i, "<extra_id_" + (2 - i) + ">", true));
        }
        root.set("normalizer", JSON.createObjectNode().put("type", "Precompiled")
                .put("precompiled_charsmap", Base64.getEncoder().encodeToString(CHARSMAP)));
        root.set("pre_tokenizer", JSON.createObjectNode().put("type", "Metaspace").put("replacement", "▁").put("prepend_scheme", "always").put("split", true));
        root.set("post_processor", template());
        ObjectNode model = root.putObject("model").put("type", "Unigram").put("unk_id", 3);
        ArrayNode vocab = model.putArray("vocab");
        Random random = new Random(7);
        for (int id = 0; id < pieces.size(); id++) {
            // One decimal: equal sums, and so ties between splits, are frequent.
            double score = id < 4 ? 0 : -Math.round((2 + random.nextDouble() * 4 + 6.0 / pieces.get(id).length()) * 10) / 10.0;
            vocab.addArray().add(pieces.get(id)).add(score);
        }
        model.put("byte_fallback", false);
        return root;
    }

    static ObjectNode addedToken(int id, String content, boolean special) {
        return JSON.createObjectNode().put("id", id).put("content", content).put("single_word", false).put("lstrip", false)
                .put("rstrip", false).put("normalized", false).put("special", special);
    }

    private static ObjectNode template() {
        ObjectNode template = JSON.createObjectNode().put("type", "TemplateProcessing");
        template.putArray("single").add(sequence("A")).add(special());
        template.putArray("pair").add(sequence("A")).add(special()).add(sequence("B")).add(special());
        ObjectNode end = template.putObject("special_tokens").putObject("</s>").put("id", "</s>");
        end.putArray("ids").add(1);
        end.putArray("tokens").add("</s>");
        return template;
    }

    private static ObjectNode sequence(String id) {
        ObjectNode step = JSON.createObjectNode();
        step.putObject("Sequence").put("id", id).put("type_id", 0);
        return step;
    }

    private static ObjectNode special() {
        ObjectNode step = JSON.createObjectNode();
        step.putObject("SpecialToken").put("id", "</s>").put("type_id", 0);
        return step;
    }

    static List<String> pieces() {
        Set<String> pieces = new LinkedHashSet<>(List.of("<pad>", "</s>", "<s>", "<unk>"));
        for (int value = 0; value < 256; value++) {
            pieces.add("<0x%02X>".formatted(value));
        }
        pieces.add("▁");
        pieces.add("▁▁");
        (ALPHABET + OTHER).codePoints().mapToObj(Character::toString).forEach(pieces::add);
        for (String word : WORDS.split(" ")) {
            for (int end = 1; end <= word.length(); end++) {
                pieces.add(word.substring(0, end));
                pieces.add("▁" + word.substring(0, end));
            }
        }
        Random random = new Random(11);
        int[] other = OTHER.codePoints().toArray();
        for (int i = 0; i < 120; i++) {
            int at = random.nextInt(other.length - 3);
            pieces.add(new String(other, at, 2 + random.nextInt(2)));
        }
        // Unknown characters alone, but not together.
        pieces.add("ЖЖ");
        return new ArrayList<>(pieces);
    }

    /** A charsmap as SentencePiece's "nmt_nfkc" in small: compatibility forms, composed letters, controls, kinds of white space. */
    static SortedMap<String, String> rules() {
        SortedMap<String, String> rules = new TreeMap<>();
        for (int c = 0x80; c < 0x10000; c += c < 0x3000 ? 1 : 3) {
            String character = Character.toString(c);
            boolean compatible = c < 0x180 || c >= 0x2000 && c < 0x2200 || c >= 0x3000 && c < 0x3400 || c >= 0xFB00 && c < 0xFB07 || c >= 0xFF00;
            if (compatible && Character.isDefined(c) && !Character.isSurrogate((char) c)) {
                put(rules, character, Normalizer.normalize(character, Normalizer.Form.NFKC));
                put(rules, Normalizer.normalize(character, Normalizer.Form.NFD), Normalizer.normalize(character, Normalizer.Form.NFC));
            }
        }
        for (String space : List.of("\t", "\n", "\r", "\u00a0", "\u2003", "\u3000", "\u200b")) {
            rules.put(space, " ");
        }
        for (String control : List.of("\u0001", "\u0007", "\u007f", "\u00ad")) {
            rules.put(control, "");
        }
        // A rule that is the beginning of another: which of them counts is a peculiarity.
        rules.put("o\u0308", "ö");
        rules.put("o\u0308\u0301", "ȫ");
        rules.put("🚀", "rocket");
        return rules;
    }

    private static void put(SortedMap<String, String> rules, String from, String to) {
        if (!from.equals(to)) {
            rules.put(from, to);
        }
    }
}
