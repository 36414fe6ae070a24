package dev.caravan.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The figures, as Markdown, in the order of the parts whenever they were measured. */
final class ResultTable {

    private static final String NOTHING = "";

    private record Row(Part part, String what, String unit, String hub, String echo, String difference, String aim) {}

    private final List<Row> rows = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /** Something that both do. */
    void compared(Part part, String what, String unit, double hub, double echo, String aim) {
        rows.add(new Row(part, what, unit, figure(hub), figure(echo), signed(hub - echo), aim));
    }

    /** Something that only the hub does. */
    void hub(Part part, String what, String unit, double hub, String aim) {
        rows.add(new Row(part, what, unit, figure(hub), NOTHING, NOTHING, aim));
    }

    /** A line below the table. */
    void note(String line) {
        notes.add(line);
    }

    String markdown() {
        StringBuilder out = new StringBuilder("| what | unit | hub | bare echo | hub - echo | aim |\n|---|---|---:|---:|---:|---|\n");
        for (Row row : rows.stream().sorted(Comparator.comparing(Row::part)).toList()) {
            out.append("| ").append(String.join(" | ", row.what, row.unit, row.hub, row.echo, row.difference, row.aim)).append(" |\n");
        }
        for (String note : notes) {
            out.append("\n* ").append(note);
        }
        return notes.isEmpty() ? out.toString() : out.append('\n').toString();
    }

    private static String figure(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        String format = Math.abs(value) >= 100 || value == Math.rint(value) ? "%.0f" : Math.abs(value) >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }

    private static String signed(double value) {
        return (value > 0 ? "+" : "") + figure(value);
    }
}
