package dev.caravan.processors.kafka;

/** A record that breaks the rules of its topic. The message is one line for its sender. */
final class BadRecordException extends Exception {

    private static final long serialVersionUID = 1L;

    BadRecordException(String message) {
        super(message);
    }
}
