package dev.caravan.metrics;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page in Prometheus' text format (0.0.4), read as strictly as its description allows: whatever is not right about it fails the test. */
public final class Exposition {

    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Pattern SAMPLE = Pattern.compile("(" + NAME + ")(?:\\{(.*)})? ([^ ]+)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\"(?:,|$)");
    private static final Set<String> TYPES = Set.of("counter", "gauge", "histogram", "summary", "untyped");

    /** One line. @param name with the suffix of its kind, as {@code _bucket} */
    public record Sample(String name, Map<String, String> labels, double value) {}

    /** @param samples in the order of the page */
    public record Family(String name, String type, String help, List<Sample> samples) {}

    private final Map<String, Family> families = new LinkedHashMap<>();

    public static Exposition read(String page) {
        Exposition all = new Exposition();
        require(page.endsWith("\n"), "the page ends with a line end");
        String help = "";
        Family family = null;
        Set<Object> seen = new HashSet<>();
        for (String line : page.substring(0, page.length() - 1).split("\n", -1)) {
            if (line.startsWith("# HELP ")) {
                help = line.substring(7);
                family = null;
            } else if (line.startsWith("# TYPE ")) {
                String[] words = line.substring(7).split(" ");
                require(words.length == 2 && TYPES.contains(words[1]), line);
                require(help.startsWith(words[0] + " ") && help.length() > words[0].length() + 3, "help stands before " + line);
                family = new Family(words[0], words[1], help.substring(words[0].length() + 1), new ArrayList<>());
                require(all.families.put(words[0], family) == null, words[0] + " comes twice");
            } else {
                require(family != null, "a sample without its type: " + line);
                Sample sample = sample(line);
                require(belongs(sample.name, family), sample.name + " is none of " + family);
                require(seen.add(List.of(sample.name, sample.labels)), "the same series twice: " + line);
                family.samples.add(sample);
            }
        }
        all.families.values().forEach(Exposition::check);
        return all;
    }

    public Set<String> names() {
        return new TreeSet<>(families.keySet());
    }

    public Family family(String name) {
        Family family = families.get(name);
        require(family != null, "no family " + name + " in " + names());
        return family;
    }

    /** The value of a series; 0 where it is not (yet) there. @param labels all of them, names and values in turn */
    public double value(String name, String... labels) {
        Map<String, String> wanted = map(labels);
        return families.values().stream().flatMap(family -> family.samples.stream())
                .filter(sample -> sample.name.equals(name) && sample.labels.equals(wanted))
                .mapToDouble(Sample::value).findFirst().orElse(0);
    }

    /** All values that a label of a family has. */
    public Set<String> values(String family, String label) {
        Set<String> values = new TreeSet<>();
        family(family).samples.forEach(sample -> values.add(sample.labels.getOrDefault(label, "")));
        return values;
    }

    private static Sample sample(String line) {
        Matcher matcher = SAMPLE.matcher(line);
        require(matcher.matches(), "not a sample: " + line);
        Map<String, String> labels = new TreeMap<>();
        String text = matcher.group(2) == null ? "" : matcher.group(2);
        Matcher label = LABEL.matcher(text);
        int end = 0;
        while (end < text.length()) {
            require(label.find(end) && label.start() == end, "labels of " + line);
            require(labels.put(label.group(1), label.group(2)) == null, "a label twice: " + line);
            end = label.end();
        }
        return new Sample(matcher.group(1), labels, number(matcher.group(3)));
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            case "NaN" -> Double.NaN;
            default -> Double.parseDouble(text);
        };
    }

    private static boolean belongs(String name, Family family) {
        return switch (family.type) {
            case "histogram" -> Set.of("_bucket", "_sum", "_count").stream().anyMatch(suffix -> name.equals(family.name + suffix));
            case "summary" -> name.equals(family.name) || name.equals(family.name + "_sum") || name.equals(family.name + "_count");
            default -> name.equals(family.name);
        };
    }

    private static void check(Family family) {
        require(!family.samples.isEmpty(), family.name + " has no series");
        if (family.type.equals("counter")) {
            require(family.name.endsWith("_total"), family.name + " is a counter");
            family.samples.forEach(sample -> require(sample.value >= 0, sample.toString()));
        }
        if (family.type.equals("histogram")) {
            histograms(family);
        }
    }

    /** Buckets rise, end with +Inf, and that is the count. */
    private static void histograms(Family family) {
        Map<Map<String, String>, TreeMap<Double, Double>> buckets = new LinkedHashMap<>();
        Map<Map<String, String>, Double> counts = new LinkedHashMap<>();
        for (Sample sample : family.samples) {
            Map<String, String> labels = new TreeMap<>(sample.labels);
            String end = labels.remove("le");
            if (sample.name.endsWith("_bucket")) {
                require(end != null, sample.toString());
                buckets.computeIfAbsent(labels, key -> new TreeMap<>()).put(number(end), sample.value);
            } else if (sample.name.endsWith("_count")) {
                counts.put(labels, sample.value);
            }
        }
        require(buckets.keySet().equals(counts.keySet()), family.name);
        buckets.forEach((labels, ends) -> {
            double before = 0;
            for (double count : ends.values()) {
                require(count >= before, family.name + labels + " falls: " + ends);
                before = count;
            }
            require(ends.lastKey() == Double.POSITIVE_INFINITY, family.name + labels);
            require(ends.lastEntry().getValue().equals(counts.get(labels)), family.name + labels + " " + ends + counts.get(labels));
        });
    }

    private static Map<String, String> map(String... pairs) {
        Map<String, String> map = new TreeMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("not what Prometheus reads: " + what);
        }
    }
}
