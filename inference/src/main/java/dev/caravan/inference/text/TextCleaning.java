package dev.caravan.inference.text;

public final class TextCleaning {

    private TextCleaning() {}

    public static String clean(String text) {
        return text;
    }
}
