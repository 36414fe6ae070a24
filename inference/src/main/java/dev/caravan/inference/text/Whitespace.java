package dev.caravan.inference.text;

/** What counts as white space, which differs by a few characters between who asks. */
final class Whitespace {

    private Whitespace() {}

    /** Unicode's property White_Space, which tokenizers go by. */
    static boolean isUnicode(int c) {
        return c >= '\t' && c <= '\r' || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 || c >= 0x2000 && c <= 0x200A || c == 0x2028
                || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
    }

    /** What Python's {@code \s} and {@code strip} go by: the same and the four ASCII separators. */
    static boolean isPython(int c) {
        return isUnicode(c) || c >= 0x1C && c <= 0x1F;
    }
}
