package dev.caravan.config;

import dev.caravan.config.OptionSpec.Group;
import dev.caravan.config.OptionSpec.Kind;

/**
 * The text of a {@code caravan.yaml} that changes nothing: every key with its default and one line why, made from the option table. It is
 * the manual of the settings, kept in {@code routes/docs/caravan.yaml}; a test tells when that copy is old.
 */
public final class SampleConfig {

    private SampleConfig() {}

    /** Lines ending in a line feed. */
    public static String text() {
        StringBuilder text = new StringBuilder("""
                # Caravan's settings: every key with its default; commented out where it has none.
                #
                # The hub reads caravan.yaml in its data folder (~/.caravan), or the file that --config or CARAVAN_CONFIG names.
                # Lists are YAML lists or separated by commas. A secret may stand in a file of its own, named by the key with -file
                # behind it. A flag beats a system property, which beats an environment variable, which beats this file.
                """);
        for (Group group : Group.values()) {
            if (group == Group.OTHER) {
                continue;
            }
            text.append("\n# ").append(group.title()).append('\n');
            for (Option option : Option.values()) {
                if (option.spec().group() == group && option != Option.CONFIG) {
                    text.append(entry(option));
                }
            }
        }
        return text.toString();
    }

    private static String entry(Option option) {
        OptionSpec spec = option.spec();
        // Other options by their keys, which is what they are called here.
        StringBuilder entry = new StringBuilder("\n# ").append(spec.help().replaceAll("--([a-z])", "$1")).append('\n');
        if (spec.kind() == Kind.VALUE && spec.placeholder().contains("|")) {
            entry.append("# ").append(spec.placeholder().replace("|", " | ")).append('\n');
        }
        if (!spec.fallback().isEmpty()) {
            return entry.append(option.key()).append(": ").append(spec.fallback()).append('\n').toString();
        }
        entry.append("# ").append(option.key()).append(": ").append(spec.placeholder()).append('\n');
        if (spec.kind() == Kind.SECRET) {
            entry.append("# ").append(new OptionName(option, true).key()).append(": FILE\n");
        }
        return entry.toString();
    }
}
