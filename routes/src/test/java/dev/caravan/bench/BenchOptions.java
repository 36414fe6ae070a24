package dev.caravan.bench;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What was typed behind {@code ./caravan bench}.
 *
 * @param parts what to measure
 * @param plan  for how long
 * @param help  show the text and do nothing
 */
record BenchOptions(Set<Part> parts, Plan plan, boolean help) {

    /** @throws IllegalArgumentException with one line for the person who typed it */
    static BenchOptions parse(List<String> arguments) {
        Set<Part> parts = EnumSet.allOf(Part.class);
        Plan plan = Plan.FULL;
        boolean help = false;
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("--quick")) {
                plan = Plan.QUICK;
            } else if (argument.equals("--help") || argument.equals("-h")) {
                help = true;
            } else if (argument.startsWith("--only=")) {
                parts = parts(argument.substring("--only=".length()));
            } else if (argument.equals("--only")) {
                i++;
                parts = parts(i < arguments.size() ? arguments.get(i) : "");
            } else {
                throw new IllegalArgumentException("unknown option " + argument + "; --quick, --only and --help are known");
            }
        }
        return new BenchOptions(parts, plan, help);
    }

    private static Set<Part> parts(String names) {
        Set<Part> parts = EnumSet.noneOf(Part.class);
        for (String name : names.split(",")) {
            parts.add(Part.of(name.strip()).orElseThrow(() -> new IllegalArgumentException(
                    "--only takes letters or words of --help with commas between them; '" + names + "' given")));
        }
        return parts;
    }

    static String helpText() {
        return """
                Usage: ./caravan bench [--quick] [--only PART,..]

                Measures this machine and prints a table. The whole takes about eight minutes; close other programs.

                  --quick      short rounds: whether everything works, not how fast it is
                  --only a,b   only these parts, by letter or word:
                """
                + Stream.of(Part.values())
                        .map(part -> "                 %s, %-12s %s%n".formatted(part.letter(), part.word(), part.what()))
                        .collect(Collectors.joining());
    }
}
