package dev.caravan.inference.text;

/** What counts as white space. */
final class Whitespace {

    private Whitespace() {}

    /** Unicode's property White_Space. Python counts four controls more, which cleaning has removed before. */
    static boolean isUnicode(int c) {
        return c >= '\t' && c <= '\r' || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 || c >= 0x2000 && c <= 0x200A || c == 0x2028
                || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
    }
}
