package dev.caravan.config;

import dev.caravan.config.OptionSpec.Kind;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/**
 * The text of every option after precedence: flag, then system property, then environment, then the table's default.
 * An empty text counts as not set. Immutable.
 */
public final class OptionValues {

    private final Map<Option, String> values;

    private OptionValues(Map<Option, String> values) {
        this.values = values;
    }

    /**
     * Reads all doors.
     *
     * @throws ConfigException for a flag that does not exist (naming the nearest that does) or that lacks its value
     */
    public static OptionValues read(List<String> arguments, Map<String, String> environment, Properties properties)
            throws ConfigException {
        Map<Option, String> flags = Flags.parse(arguments);
        Map<Option, String> values = new EnumMap<>(Option.class);
        for (Option option : Option.values()) {
            values.put(option, find(option, flags, environment, properties));
        }
        return new OptionValues(values);
    }

    /** The text, empty when the option is neither set nor has a default. */
    public String text(Option option) {
        return values.getOrDefault(option, "");
    }

    /** The text, unless empty. */
    public Optional<String> find(Option option) {
        return Optional.of(text(option)).filter(text -> !text.isEmpty());
    }

    /** Whether a toggle is set to anything that means yes. */
    public boolean isOn(Option option) {
        return List.of("true", "1", "yes", "on").contains(text(option).toLowerCase(Locale.ROOT));
    }

    /** What routes may use as {@code {{caravan.some-name}}}: everything but secrets. */
    public Properties placeholders() {
        Properties placeholders = new Properties();
        values.forEach((option, text) -> {
            if (option.spec().kind() != Kind.SECRET) {
                placeholders.setProperty(option.property(), text);
            }
        });
        return placeholders;
    }

    private static String find(
            Option option, Map<Option, String> flags, Map<String, String> environment, Properties properties) {
        String flag = flags.getOrDefault(option, "");
        if (!flag.isEmpty()) {
            return flag;
        }
        String property = properties.getProperty(option.property(), "").strip();
        if (!property.isEmpty()) {
            return property;
        }
        for (String variable : option.variables()) {
            String value = environment.getOrDefault(variable, "").strip();
            if (!value.isEmpty()) {
                return value;
            }
        }
        return option.spec().fallback();
    }
}
