package dev.caravan.config;

import dev.caravan.config.OptionSpec.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The text of {@code --help}, made from the option table. The launcher shows the copy in {@code help.txt}, because it can help before
 * anything is built; a test tells when the copy is old.
 */
public final class Help {

    private static final int COLUMN = 34;
    private static final String DOORS = """
            Every option --some-name is also the environment variable CARAVAN_SOME_NAME and the system property
            caravan.some-name, and some-name is a key of the configuration file. A flag beats a property, a property the
            environment, that the file. A secret may stand in a file of its own: --token-file FILE, CARAVAN_TOKEN_FILE, token-file.
            """;

    private Help() {}

    /** Lines of at most about 110 characters, ending in a line feed. */
    public static String text() {
        StringBuilder text = new StringBuilder("""
                Caravan, a media hub for live generative video.

                Usage: caravan [options]     start the hub
                       caravan config        show a configuration file with every key and its default
                       caravan models        list, download, verify, remove and make model files
                       caravan doctor        check everything it needs and name what is missing
                       caravan cluster       three Kafka brokers on this machine, to stop and start by hand
                       caravan test          run all tests
                       caravan bench         measure latency and load on this machine
                       caravan bench inference   measure the inference engine
                       caravan bench gpu     check on a GPU what the engine rests on

                """);
        for (Group group : Group.values()) {
            text.append(group.title()).append(":\n");
            for (Option option : Option.values()) {
                if (option.spec().group() == group) {
                    text.append(line(option));
                }
            }
            text.append('\n');
        }
        return text.append(DOORS).toString();
    }

    /** The lines of some options, for a command that has use for these only. */
    public static String text(List<Option> options) {
        return options.stream().map(Help::line).collect(Collectors.joining()) + "\n" + DOORS;
    }

    private static String line(Option option) {
        OptionSpec spec = option.spec();
        String flags = spec.shortFlag().map(s -> s + ", ").orElse("    ") + option.flag()
                + (spec.placeholder().isEmpty() ? "" : " " + spec.placeholder());
        List<String> notes = new ArrayList<>();
        if (spec.kind() == OptionSpec.Kind.VALUE && !spec.fallback().isEmpty()) {
            notes.add("default " + spec.fallback());
        }
        if (!spec.variables().isEmpty()) {
            notes.add("also " + String.join(", ", spec.variables()));
        }
        String help = spec.help() + (notes.isEmpty() ? "" : " [" + String.join("; ", notes) + "]");
        String lead = "  " + flags;
        String gap = lead.length() < COLUMN ? " ".repeat(COLUMN - lead.length()) : "\n" + " ".repeat(COLUMN);
        return lead + gap + help + "\n";
    }
}
