package dev.caravan.config;

import dev.caravan.config.OptionSpec.Kind;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the command line: {@code --name value}, {@code --name=value}, toggles alone. */
final class Flags {

    private Flags() {}

    static Map<Option, String> parse(List<String> arguments) throws ConfigException {
        Map<Option, String> flags = new EnumMap<>(Option.class);
        for (int i = 0; i < arguments.size(); i++) {
            String[] parts = arguments.get(i).split("=", 2);
            Option option = find(parts[0]);
            String value;
            if (parts.length == 2) {
                value = parts[1];
            } else if (option.spec().kind() == Kind.TOGGLE) {
                value = "true";
            } else if (i + 1 < arguments.size()) {
                value = arguments.get(++i);
            } else {
                throw new ConfigException(parts[0] + " needs a value: " + parts[0] + " " + option.spec().placeholder());
            }
            flags.merge(option, value, (first, second) -> option.spec().list() ? first + "," + second : second);
        }
        return flags;
    }

    /** The option of this flag, long or short. */
    static Optional<Option> known(String flag) {
        return Arrays.stream(Option.values())
                .filter(o -> o.flag().equals(flag) || o.spec().shortFlag().filter(flag::equals).isPresent())
                .findFirst();
    }

    private static Option find(String flag) throws ConfigException {
        Optional<Option> known = known(flag);
        if (known.isPresent()) {
            return known.get();
        }
        if (!flag.startsWith("-")) {
            throw new ConfigException("unexpected '" + flag + "': options begin with --, see --help");
        }
        Option nearest = Arrays.stream(Option.values())
                .min(Comparator.comparingInt(o -> distance(o.flag(), flag)))
                .orElseThrow();
        throw new ConfigException("unknown option " + flag + ": did you mean " + nearest.flag() + "? See --help");
    }

    /** Levenshtein's distance: letters to insert, remove or replace. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replace, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
