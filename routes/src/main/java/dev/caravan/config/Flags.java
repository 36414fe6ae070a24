package dev.caravan.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the command line: {@code --name value}, {@code --name=value}, toggles alone. */
final class Flags {

    private Flags() {}

    static Map<OptionName, Given> parse(List<String> arguments) throws ConfigException {
        Map<OptionName, Given> flags = new HashMap<>();
        for (int i = 0; i < arguments.size(); i++) {
            String[] parts = arguments.get(i).split("=", 2);
            OptionName name = find(parts[0]);
            String value;
            if (parts.length == 2) {
                value = parts[1];
            } else if (name.toggle()) {
                value = "true";
            } else if (i + 1 < arguments.size()) {
                value = arguments.get(++i);
            } else {
                throw new ConfigException(parts[0] + " needs a value: " + parts[0] + " " + name.placeholder());
            }
            flags.merge(name, new Given(value, name.flag()), (first, second) ->
                    name.option().spec().list() ? new Given(first.text() + "," + second.text(), name.flag()) : second);
        }
        return flags;
    }

    /** The option of this flag, long or short. */
    static Optional<OptionName> known(String flag) {
        return OptionName.all().stream()
                .filter(name -> name.flag().equals(flag) || name.option().spec().shortFlag().filter(flag::equals).isPresent())
                .findFirst();
    }

    private static OptionName find(String flag) throws ConfigException {
        Optional<OptionName> known = known(flag);
        if (known.isPresent()) {
            return known.get();
        }
        if (!flag.startsWith("-")) {
            throw new ConfigException("unexpected '" + flag + "': options begin with --, see --help");
        }
        throw new ConfigException("unknown option " + flag + ": did you mean " + OptionName.nearest(flag, OptionName::flag) + "? See --help");
    }
}
