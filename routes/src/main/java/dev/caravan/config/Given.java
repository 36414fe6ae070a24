package dev.caravan.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;

/**
 * A text that somebody set.
 *
 * @param place what messages call the door it came through: {@code --port}, {@code CARAVAN_PORT}, {@code caravan.yaml:12 port}
 */
record Given(String text, String place) {

    /**
     * The text as a path; {@code ~} is the home folder.
     *
     * @throws InvalidPathException when it is none
     */
    Path path() {
        String home = System.getProperty("user.home");
        return Path.of(text.replaceFirst("^~(?=/|$)", Matcher.quoteReplacement(home))).toAbsolutePath().normalize();
    }

    /** Without the text, which may be a secret. */
    @Override
    public String toString() {
        return place;
    }
}
