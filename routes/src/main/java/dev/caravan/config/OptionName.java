package dev.caravan.config;

import dev.caravan.config.OptionSpec.Kind;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A name that can be set. A secret option has two: {@code token} is the secret, {@code token-file} names a file that holds it.
 *
 * @param file whether it is the second one
 */
record OptionName(Option option, boolean file) {

    private static final String FILE = "-file";
    private static final List<OptionName> ALL = Arrays.stream(Option.values())
            .flatMap(option -> option.spec().kind() == Kind.SECRET
                    ? Stream.of(new OptionName(option, false), new OptionName(option, true))
                    : Stream.of(new OptionName(option, false)))
            .toList();

    static OptionName of(Option option) {
        return new OptionName(option, false);
    }

    /** All of them, in the order of the table. */
    static List<OptionName> all() {
        return ALL;
    }

    static Optional<OptionName> find(String key) {
        return ALL.stream().filter(name -> name.key().equals(key)).findFirst();
    }

    /**
     * What somebody may have meant.
     *
     * @param spelling how names are written at that door
     */
    static String nearest(String wrong, Function<OptionName, String> spelling) {
        return ALL.stream().map(spelling).min(Comparator.comparingInt(name -> distance(name, wrong))).orElseThrow();
    }

    /** {@code some-name}. */
    String key() {
        return option.key() + (file ? FILE : "");
    }

    /** {@code --some-name}. */
    String flag() {
        return "--" + key();
    }

    /** {@code caravan.some-name}. */
    String property() {
        return "caravan." + key();
    }

    /** The environment variables it is read from; the first one that is set counts. */
    List<String> variables() {
        return file ? List.of(option.variables().getFirst() + "_FILE") : option.variables();
    }

    boolean toggle() {
        return option.spec().kind() == Kind.TOGGLE;
    }

    String placeholder() {
        return file ? "FILE" : option.spec().placeholder();
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
