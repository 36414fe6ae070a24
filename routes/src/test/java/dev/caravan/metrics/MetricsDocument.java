package dev.caravan.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables of {@code docs/metrics.md}: {@code | `name` | type | labels | when | meaning |}. */
public final class MetricsDocument {

    private record Row(String type, Set<String> labels, String when) {}

    private final Map<String, Row> rows = new LinkedHashMap<>();

    public static MetricsDocument read() throws IOException {
        MetricsDocument document = new MetricsDocument();
        for (String line : Files.readAllLines(Path.of("docs/metrics.md"))) {
            if (line.startsWith("| `") && line.split("\\|").length > 5) {
                String[] cells = line.split("\\|");
                Set<String> labels = Stream.of(cells[3].split("[`, ]+")).filter(label -> !label.isBlank())
                        .collect(Collectors.toCollection(TreeSet::new));
                document.add(name(cells[1]), new Row(cells[2].strip(), labels, cells[4].strip()));
            }
        }
        return document;
    }

    private void add(String name, Row row) {
        if (rows.put(name, row) != null) {
            throw new AssertionError(name + " stands twice in the document");
        }
        if (row.type.equals("histogram") || row.type.equals("summary")) {
            rows.put(name + "_max", new Row("gauge", row.labels, row.when));
        }
    }

    public Set<String> names() {
        return rows.keySet();
    }

    public Set<String> names(String when) {
        return rows.entrySet().stream().filter(row -> row.getValue().when.equals(when)).map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    public String type(String name) {
        return rows.get(name).type;
    }

    public Set<String> labels(String name) {
        return rows.get(name).labels;
    }

    private static String name(String cell) {
        return cell.replace("`", "").strip();
    }
}
