package dev.caravan.inference.text;

/** A tokenizer's file is missing, damaged or asks for what is not known here. One line for a person, without folders. */
public final class TokenizerException extends Exception {

    private static final long serialVersionUID = 1L;

    public TokenizerException(String message) {
        super(message);
    }

    public TokenizerException(String message, Throwable cause) {
        super(message, cause);
    }
}
