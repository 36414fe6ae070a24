package dev.caravan.config;

import dev.caravan.config.OptionSpec.Kind;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * The text of every option after precedence: flag, then system property, then environment, then configuration file, then the table's
 * default. An empty text counts as not set. Immutable.
 */
public final class OptionValues {

    private final Map<Option, Given> values;
    private final List<String> warnings;

    private OptionValues(Map<Option, Given> values, List<String> warnings) {
        this.values = values;
        this.warnings = warnings;
    }

    /**
     * Reads all doors. Who asks for help or the version gets it, whatever is wrong at the others.
     *
     * @throws ConfigException for a name that does not exist (naming the nearest that does), for a flag that lacks its value, for a file
     *                         that cannot be read
     */
    public static OptionValues read(List<String> arguments, Map<String, String> environment, Properties properties)
            throws ConfigException {
        Doors doors = new Doors();
        Map<OptionName, Given> flags = Flags.parse(arguments);
        doors.add(flags);
        List<String> warnings = new ArrayList<>();
        if (!flags.containsKey(OptionName.of(Option.HELP)) && !flags.containsKey(OptionName.of(Option.VERSION))) {
            doors.add(Surroundings.properties(properties));
            doors.add(Surroundings.variables(environment));
            Optional<ConfigFile> file = file(doors);
            file.map(ConfigFile::entries).ifPresent(doors::add);
            file.flatMap(ConfigFile::warning).ifPresent(warnings::add);
        }
        Map<Option, Given> values = new EnumMap<>(Option.class);
        for (Option option : Option.values()) {
            values.put(option, doors.value(option));
        }
        return new OptionValues(values, List.copyOf(warnings));
    }

    /** The text, empty when the option is neither set nor has a default. */
    public String text(Option option) {
        return given(option).text();
    }

    /** The text, unless empty. */
    public Optional<String> find(Option option) {
        return Optional.of(text(option)).filter(text -> !text.isEmpty());
    }

    /** The text and where it was set; the flag where it was not. */
    Given given(Option option) {
        return values.getOrDefault(option, new Given("", option.flag()));
    }

    /** Whether a toggle is set to anything that means yes. */
    public boolean isOn(Option option) {
        return List.of("true", "1", "yes", "on").contains(text(option).toLowerCase(Locale.ROOT));
    }

    /** Lines for the log about how the settings were given. */
    public List<String> warnings() {
        return warnings;
    }

    /** What routes may use as {@code {{caravan.some-name}}}: everything but secrets. */
    public Properties placeholders() {
        Properties placeholders = new Properties();
        values.forEach((option, given) -> {
            if (option.spec().kind() != Kind.SECRET) {
                placeholders.setProperty(option.property(), given.text());
            }
        });
        return placeholders;
    }

    /** The one that was named, or the one in the data folder where there is one. */
    private static Optional<ConfigFile> file(Doors doors) throws ConfigException {
        Given named = doors.value(Option.CONFIG);
        Given data = doors.value(Option.DATA);
        try {
            if (!named.text().isEmpty()) {
                return Optional.of(ConfigFile.read(named.path(), named.place()));
            }
            Path usual = data.path().resolve(ConfigFile.NAME);
            return Files.exists(usual) ? Optional.of(ConfigFile.read(usual, ConfigFile.NAME)) : Optional.empty();
        } catch (InvalidPathException e) {
            Given wrong = named.text().isEmpty() ? data : named;
            throw new ConfigException(wrong.place() + ": '" + wrong.text() + "' cannot be used, use a path");
        }
    }

    /** The doors a text may come through; an earlier one wins. */
    private static final class Doors {

        private final List<Map<OptionName, Given>> inOrder = new ArrayList<>();

        void add(Map<OptionName, Given> door) {
            inOrder.add(door);
        }

        Given value(Option option) throws ConfigException {
            Optional<Given> itself = find(new OptionName(option, false));
            Optional<Given> file = find(new OptionName(option, true));
            if (itself.isPresent() && file.isPresent()) {
                throw new ConfigException(itself.get().place() + " and " + file.get().place() + " are both set: leave one out");
            }
            if (file.isPresent()) {
                return SecretFile.read(file.get());
            }
            return itself.orElseGet(() -> new Given(option.spec().fallback(), option.flag()));
        }

        private Optional<Given> find(OptionName name) {
            for (Map<OptionName, Given> door : inOrder) {
                Given given = door.get(name);
                if (given != null && !given.text().isEmpty()) {
                    return Optional.of(given);
                }
            }
            return Optional.empty();
        }
    }
}
