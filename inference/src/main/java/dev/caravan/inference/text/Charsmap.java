package dev.caravan.inference.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.text.BreakIterator;
import java.util.Locale;

/**
 * SentencePiece's compiled rules of normalization: a double-array trie from UTF-8 bytes to places in a blob of replacements, each ended by
 * a zero byte. Layout: u32 size of the trie in bytes, the trie's u32 units, the blob; little-endian. Immutable, thread-safe.
 *
 * <p>Applied as Hugging Face's fast tokenizers do, oddities included, because prompts must become the ids the models were used with: a
 * grapheme of at most five bytes is looked up whole and the <em>shortest</em> rule that is a prefix of it replaces all of it; otherwise
 * each of its characters is looked up alone. SentencePiece itself takes the longest rule at each place.
 *
 * <p>The trie comes from a file: a step that leads outside of it is no rule.
 */
final class Charsmap implements Normalizer {

    private static final int SHORT_GRAPHEME_BYTES = 6;
    /** Unicode's longest, U+FDFA, becomes 33 bytes. */
    private static final int MAX_REPLACEMENT_BYTES = 1024;

    private final int[] units;
    private final byte[] replacements;

    private Charsmap(int[] units, byte[] replacements) {
        this.units = units;
        this.replacements = replacements;
    }

    /** Reads the compiled form; empty bytes are no rules. */
    static Normalizer read(byte[] bytes) throws TokenizerException {
        if (bytes.length == 0) {
            return Normalizer.NONE;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < 4) {
            throw new TokenizerException("the tokenizer's charsmap is cut off");
        }
        long trieBytes = Integer.toUnsignedLong(buffer.getInt());
        if (trieBytes == 0 || trieBytes % 4 != 0 || trieBytes > buffer.remaining()) {
            throw new TokenizerException("the tokenizer's charsmap is damaged: its trie has " + trieBytes + " bytes of "
                    + buffer.remaining());
        }
        int[] units = new int[(int) trieBytes / 4];
        for (int i = 0; i < units.length; i++) {
            units[i] = buffer.getInt();
        }
        byte[] replacements = new byte[buffer.remaining()];
        buffer.get(replacements);
        checkLengths(replacements);
        return new Charsmap(units, replacements);
    }

    private static void checkLengths(byte[] replacements) throws TokenizerException {
        int length = 0;
        for (byte b : replacements) {
            length = b == 0 ? 0 : length + 1;
            if (length > MAX_REPLACEMENT_BYTES) {
                throw new TokenizerException("the tokenizer's charsmap is damaged: a replacement has more than " + MAX_REPLACEMENT_BYTES
                        + " bytes");
            }
        }
    }

    @Override
    public String apply(String text) {
        StringBuilder out = new StringBuilder(text.length());
        BreakIterator graphemes = BreakIterator.getCharacterInstance(Locale.ROOT);
        graphemes.setText(text);
        int start = 0;
        for (int end = graphemes.next(); end != BreakIterator.DONE; end = graphemes.next()) {
            String grapheme = text.substring(start, end);
            if (!replace(grapheme, SHORT_GRAPHEME_BYTES, out)) {
                grapheme.codePoints().mapToObj(Character::toString).forEach(character -> {
                    if (!replace(character, Integer.MAX_VALUE, out)) {
                        out.append(character);
                    }
                });
            }
            start = end;
        }
        return out.toString();
    }

    /** Appends what replaces {@code key}, if a rule does and the key has fewer bytes. */
    private boolean replace(String key, int bytesBelow, StringBuilder out) {
        byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
        int at = utf8.length < bytesBelow ? shortestRule(utf8) : -1;
        if (at < 0 || at > replacements.length) {
            return false;
        }
        int end = at;
        while (end < replacements.length && replacements[end] != 0) {
            end++;
        }
        out.append(new String(replacements, at, end - at, StandardCharsets.UTF_8));
        return true;
    }

    /** Where the replacement of the shortest key that begins these bytes stands, or -1. */
    private int shortestRule(byte[] key) {
        int node = offset(units[0]);
        for (byte signed : key) {
            int label = signed & 255;
            int child = node ^ label;
            if (label == 0 || child >= units.length || (units[child] & 0x8000_00FF) != label) {
                return -1;
            }
            node = child ^ offset(units[child]);
            boolean leaf = (units[child] >>> 8 & 1) == 1;
            if (leaf) {
                return node < units.length ? units[node] & 0x7FFF_FFFF : -1;
            }
        }
        return -1;
    }

    /** Bits 10 to 31, in steps of 256 where bit 9 is set. At most 2^30, so that a node is never negative. */
    private static int offset(int unit) {
        return unit >>> 10 << ((unit & 1 << 9) >>> 6);
    }
}
