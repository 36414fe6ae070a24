package dev.caravan.inference.text;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Seeded texts of everything people and machines put into prompts. */
final class RandomTexts {

    private static final List<String> MATERIAL = List.of(
            SmallTokenizer.ALPHABET,
            SmallTokenizer.OTHER,
            "éèüößñçаблинде",
            "日本語中文京都海山川月夜の風景",
            "ＡＢＣａｂｃ１２３！？　｡､ｶﾞｷﾞﾊﾟ￥",
            "\u0301\u0308\u0323\u20dd\u0300\u200d\ufe0f",
            "o\u0308o\u0308\u0301e\u0301a\u030aﬁ\u0301½\u0301Å\u0323",
            "😀🚀🌊❤👩👨👧🇩🇪🏽",
            "‘’‚‛“”„‟«»…–—•™®©½¼²µ№℃ﬀﬁﬂﬃﬄﬅﬆĲŉ",
            "\t\n\r\u000b\f \u00a0\u2003\u3000\u2028\u0085\u1680\u200b",
            "\u0001\u0007\u001b\u007f\u0080\u009f\u00ad\u200e\ufeff\ufffd\ufffc",
            "ЖЖЖξψωقخ܀ሀ中",
            "     ▁▁<>&;#");

    private static final List<String> WORDS = Stream.concat(
            Stream.of(SmallTokenizer.WORDS.split(" ")),
            Stream.of("</s>", "<pad>", "<unk>", "<s>", "<extra_id_1>", "<extra_id_0>", "<extra", "<0x41>", "&amp;", "&#x1F680;", " {2,}", "\r\n", "it's", "ЖЖ",
                    "👩‍👩‍👧", "e\u0301", "한국어", "ΑΣ", "İ", "\u1112\u1161\u11ab"))
            .toList();

    private RandomTexts() {}

    static List<String> some(int count, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count).mapToObj(_ -> one(random, 1 + random.nextInt(random.nextInt(10) == 0 ? 60 : 12))).toList();
    }

    static String one(Random random, int parts) {
        return IntStream.range(0, parts).mapToObj(_ -> part(random)).collect(Collectors.joining(random.nextInt(3) == 0 ? "" : " "));
    }

    private static String part(Random random) {
        if (random.nextInt(2) == 0) {
            return WORDS.get(random.nextInt(WORDS.size()));
        }
        int[] characters = MATERIAL.get(random.nextInt(MATERIAL.size())).codePoints().toArray();
        return IntStream.range(0, 1 + random.nextInt(8))
                .mapToObj(_ -> Character.toString(characters[random.nextInt(characters.length)]))
                .collect(Collectors.joining());
    }
}
