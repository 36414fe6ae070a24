package dev.caravan.config;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The command line of a command that takes words: {@code caravan models download longlive --data DIR}.
 *
 * @param words    in order
 * @param switches of the command itself, such as {@code --all}; one that has a value with it, such as {@code --seed=7}
 * @param options  of the table, as {@link OptionValues#read} wants them
 */
public record CommandLine(List<String> words, Set<String> switches, List<String> options) {

    /**
     * Tells words from options; whether the options exist is not asked here.
     *
     * @param switches the command knows besides the table; one that ends in {@code =} wants a value, behind that sign or as the next argument
     */
    public static CommandLine parse(List<String> arguments, Set<String> switches) {
        List<String> words = new ArrayList<>();
        Set<String> given = new LinkedHashSet<>();
        List<String> options = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            String name = argument.split("=", 2)[0] + "=";
            if (switches.contains(name)) {
                boolean takesTheNext = !argument.contains("=") && i + 1 < arguments.size();
                String value = takesTheNext ? arguments.get(++i) : argument.substring(Math.min(argument.length(), name.length()));
                given.removeIf(earlier -> earlier.startsWith(name));
                given.add(name + value);
            } else if (switches.contains(argument)) {
                given.add(argument);
            } else if (!argument.startsWith("-")) {
                words.add(argument);
            } else {
                options.add(argument);
                boolean takesTheNext = !argument.contains("=")
                        && Flags.known(argument).filter(known -> !known.toggle()).isPresent();
                if (takesTheNext && i + 1 < arguments.size()) {
                    options.add(arguments.get(++i));
                }
            }
        }
        return new CommandLine(List.copyOf(words), Set.copyOf(given), List.copyOf(options));
    }

    /** The value of a switch that wants one, without the {@code =}; empty text where the value was left out. */
    public Optional<String> value(String name) {
        return switches.stream().filter(given -> given.startsWith(name + "=")).map(given -> given.substring(name.length() + 1)).findFirst();
    }
}
