package dev.caravan.processors.frames;

import dev.caravan.inference.frame.BadPictureException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.camel.Message;

/** Reads headers that strangers wrote: Kafka gives bytes, HTTP gives text, routes give numbers. */
record WireHeaders(Message message) {

    private static final int MAX_CHARACTERS = 200;
    private static final int SHOWN_CHARACTERS = 40;

    /** The header as text, stripped; empty when it is missing or blank. */
    Optional<String> text(String name) throws BadPictureException {
        Object value = message.getHeader(name);
        String text;
        switch (value) {
            case null -> {
                return Optional.empty();
            }
            case String s when s.length() <= MAX_CHARACTERS -> text = s;
            case byte[] bytes when bytes.length <= MAX_CHARACTERS -> text = new String(bytes, StandardCharsets.UTF_8);
            case Long number -> text = number.toString();
            case Integer number -> text = number.toString();
            default -> throw new BadPictureException(
                    "header " + name + " is not a text of at most " + MAX_CHARACTERS + " characters");
        }
        return Optional.of(text.strip()).filter(t -> !t.isEmpty());
    }

    /** The header as a whole number within bounds; empty when it is missing or blank. */
    OptionalLong number(String name, long min, long max) throws BadPictureException {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            long value = Long.parseLong(text.get());
            if (value >= min && value <= max) {
                return OptionalLong.of(value);
            }
        } catch (NumberFormatException e) {
            // the same answer as for a number out of bounds
        }
        throw new BadPictureException(
                "header " + name + " is a whole number from " + min + " to " + max + "; \"" + shown(text.get()) + "\" given");
    }

    /** A stranger's text for one line of a message: short and printable. */
    static String shown(String text) {
        String cut = text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "..." : text;
        return cut.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
