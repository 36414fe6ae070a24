package dev.caravan.config;

/** A text that never shows in logs, errors or answers. */
public record Secret(String value) {

    @Override
    public String toString() {
        return "***";
    }
}
