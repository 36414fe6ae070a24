package dev.caravan.config;

/** A setting cannot be used. The message is one line: which one, what was given, what to write instead. */
public final class ConfigException extends Exception {

    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message);
    }
}
