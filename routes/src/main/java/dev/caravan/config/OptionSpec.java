package dev.caravan.config;

import java.util.List;
import java.util.Optional;

/**
 * One line of the option table.
 *
 * @param group       heading in the help text
 * @param kind        how it is written
 * @param placeholder what stands for the value in the help text
 * @param fallback    value when nothing is set; empty for none
 * @param help        one line
 * @param shortFlag   for example {@code -N}
 * @param variables   further environment variables it is read from, named by other programs
 */
public record OptionSpec(
        Group group,
        Kind kind,
        String placeholder,
        String fallback,
        String help,
        Optional<String> shortFlag,
        List<String> variables) {

    static OptionSpec value(Group group, String placeholder, String fallback, String help, String... variables) {
        return new OptionSpec(group, Kind.VALUE, placeholder, fallback, help, Optional.empty(), List.of(variables));
    }

    static OptionSpec secret(Group group, String help, String... variables) {
        return new OptionSpec(group, Kind.SECRET, "TEXT", "", help, Optional.empty(), List.of(variables));
    }

    static OptionSpec toggle(Group group, String help, String... variables) {
        return new OptionSpec(group, Kind.TOGGLE, "", "false", help, Optional.empty(), List.of(variables));
    }

    OptionSpec shortFlag(String flag) {
        return new OptionSpec(group, kind, placeholder, fallback, help, Optional.of(flag), variables);
    }

    OptionSpec placeholder(String text) {
        return new OptionSpec(group, kind, text, fallback, help, shortFlag, variables);
    }

    /** Whether several values may be given, by commas or by repeating the flag. */
    boolean list() {
        return placeholder.endsWith(",..");
    }

    /** How an option is written. */
    public enum Kind {
        /** With a value. */
        VALUE,
        /** With a value that is never shown. */
        SECRET,
        /** Alone, or with {@code =true} or {@code =false}. */
        TOGGLE
    }

    /** Headings of the help text, in order. */
    public enum Group {
        SERVER("Server"),
        SECURITY("Security"),
        PIPELINES("Pipelines"),
        WEBRTC("WebRTC"),
        RECORDS("Kafka"),
        LIMITS("Limits"),
        OBSERVABILITY("Observability"),
        OTHER("Other");

        private final String title;

        Group(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }
}
