package dev.caravan.monitoring;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names in a PromQL expression. Whether the rest of it makes sense is Prometheus' business.
 *
 * @param metrics names of series, each with the labels that it is chosen by
 * @param labels  names that results are grouped or matched by
 */
record Expression(Map<String, Set<String>> metrics, Set<String> labels) {

    private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");
    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
    private static final Pattern NAME = Pattern.compile("(?<![\\w.])([a-zA-Z_:][\\w:]*)\\s*(\\(|\\{([^}]*)})?");
    private static final Pattern CHOSEN = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset");

    /** @param promql with all variables filled in */
    static Expression of(String promql) {
        String text = RANGE.matcher(STRING.matcher(promql).replaceAll("")).replaceAll("");
        Set<String> labels = GROUPING.matcher(text).results().map(found -> found.group(1)).flatMap(Expression::words)
                .collect(Collectors.toCollection(TreeSet::new));
        Map<String, Set<String>> metrics = new TreeMap<>();
        Matcher names = NAME.matcher(GROUPING.matcher(text).replaceAll(" "));
        while (names.find()) {
            boolean function = "(".equals(names.group(2));
            if (!function && !WORDS.contains(names.group(1))) {
                Set<String> chosen = metrics.computeIfAbsent(names.group(1), name -> new TreeSet<>());
                if (names.group(3) != null) {
                    CHOSEN.matcher(names.group(3)).results().map((MatchResult found) -> found.group(1)).forEach(chosen::add);
                }
            }
        }
        return new Expression(metrics, labels);
    }

    private static Stream<String> words(String list) {
        return Stream.of(list.split(",")).map(String::strip).filter(word -> !word.isEmpty());
    }
}
