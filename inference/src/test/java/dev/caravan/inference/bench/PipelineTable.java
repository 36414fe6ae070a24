package dev.caravan.inference.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A row for each pipeline and mode, as a Markdown table. */
public final class PipelineTable {

    private static final String HEAD = """
            | pipeline, chunks from | chunk ms | pictures/s | step ms | past frames ms | encode ms | decode ms | clean ms | TFLOP | share of the\
             roofline | model: reckoned, measured | stream: reckoned, measured |
            |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|---|
            """;
    private static final int COLUMNS = 12;

    private final List<String> rows = new ArrayList<>();

    /**
     * What memory was reckoned and measured, bytes.
     *
     * @param model    as reckoned before the load
     * @param parts    by how much memory grew with each part of the model
     * @param stream   as reckoned before
     * @param tensors  of the stream
     */
    public record Memory(long model, Map<String, Long> parts, long stream, long tensors) {}

    /**
     * @param flops         of a chunk
     * @param gigaflopsPeak of the product of two matrices, measured in the same run
     */
    public void row(PipelineCase pipeline, ChunkFigures figures, double flops, double gigaflopsPeak, Memory memory) {
        double best = flops / gigaflopsPeak / 1e6;
        String past = number(figures.past());
        if (!Double.isNaN(figures.promptChange()) && figures.promptChange() > figures.past()) {
            past += " (" + number(figures.promptChange()) + ")";
        }
        add(List.of(pipeline.name(), number(figures.chunk()), number(figures.rate()), number(figures.step()), past, some(figures.encode()),
                number(figures.decode()), some(figures.clean()), number(flops / 1e12),
                "%.1f %%".formatted(100 * best / figures.chunk()),
                mega(memory.model()) + ", " + parts(memory.parts()), mega(memory.stream()) + ", " + mega(memory.tensors())));
    }

    /** One that could not be measured. */
    public void none(PipelineCase pipeline, String why) {
        List<String> cells = new ArrayList<>(List.of(pipeline.name(), "- (" + why + ")"));
        while (cells.size() < COLUMNS) {
            cells.add("-");
        }
        add(cells);
    }

    private void add(List<String> cells) {
        rows.add("| " + String.join(" | ", cells) + " |");
    }

    private static String parts(Map<String, Long> parts) {
        long total = parts.values().stream().mapToLong(Long::longValue).sum();
        String some = parts.entrySet().stream().filter(part -> Math.abs(part.getValue()) > total / 100)
                .map(part -> part.getKey() + " " + mega(part.getValue())).collect(Collectors.joining(", "));
        return mega(total) + " (" + some + ")";
    }

    private static String mega(long bytes) {
        return Math.abs(bytes) >= 1_000_000_000 ? number(bytes / 1e9) + " GB" : number(bytes / 1e6) + " MB";
    }

    private static String some(double millis) {
        return millis < 0.01 ? "-" : number(millis);
    }

    private static String number(double value) {
        return FigureTable.number(value);
    }

    public String markdown() {
        return HEAD + String.join("\n", rows) + "\n";
    }
}
