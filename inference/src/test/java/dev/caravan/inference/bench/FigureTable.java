package dev.caravan.inference.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Figures as a Markdown table. */
public final class FigureTable {

    private final List<String> rows = new ArrayList<>();

    public void row(String what, double figure, String unit, String remark) {
        row(what, number(figure) + " " + unit, remark);
    }

    public void row(String what, String figure, String remark) {
        rows.add("| " + what + " | " + figure + " | " + remark + " |");
    }

    /** Two or three digits that mean something. */
    public static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : size >= 0.1 || size == 0 ? "%.2f" : "%.2g";
        return String.format(Locale.ROOT, format, value);
    }

    public String markdown() {
        return "| what | figure | remark |\n|---|---:|---|\n" + String.join("\n", rows) + "\n";
    }
}
