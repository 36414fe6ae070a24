package dev.caravan.inference.bench;

import java.util.Map;

/** How the figures of a stream are put. */
public final class ChunkRows {

    private final FigureTable table;
    private final String prefix;

    public ChunkRows(FigureTable table, String prefix) {
        this.table = table;
        this.prefix = prefix + ": ";
    }

    public void add(ChunkFigures figures) {
        table.row(prefix + "chunk", figures.chunk(), "ms", "%d pictures, %s a second; first picture after %s ms"
                .formatted(figures.pictures(), FigureTable.number(figures.rate()), FigureTable.number(figures.first())));
        table.row(prefix + "denoise step / clean pass", ms(figures.step(), figures.clean()), "");
        if (figures.encode() > 0) {
            table.row(prefix + "encode / decode", ms(figures.encode(), figures.decode()), "encode with resize and noise");
        } else {
            table.row(prefix + "decode", figures.decode(), "ms", "");
        }
        if (!Double.isNaN(figures.promptChange())) {
            table.row(prefix + "another prompt", figures.promptChange(), "ms",
                    "text encoding (%s ms) and recache: by how much its first step is later".formatted(FigureTable.number(figures.text())));
        }
        table.row(prefix + "to the host per chunk", mega(figures.toHost()) + " MB", "its pictures and nothing else");
        if (figures.heap() > 0) {
            table.row(prefix + "allocated on the heap per chunk", mega(figures.heap()) + " MB",
                    "all threads; pictures are %s MB of it".formatted(mega(figures.toHost())));
        }
    }

    /**
     * Against what the device could do at best (spec models/overview.md §6).
     *
     * @param flops         of a chunk
     * @param gigaflopsPeak of the product of two matrices, measured in the same run
     */
    public void roofline(ChunkFigures figures, double flops, double gigaflopsPeak) {
        double best = flops / gigaflopsPeak / 1e6;
        table.row(prefix + "share of the roofline", 100 * best / figures.chunk(), "%",
                "%s TFLOP a chunk would take %s ms at the measured peak".formatted(
                        FigureTable.number(flops / 1e12), FigureTable.number(best)));
    }

    public void memory(Map<String, Long> parts) {
        parts.values().removeIf(bytes -> bytes == 0);
        parts.forEach((part, bytes) -> table.row(prefix + "memory of " + part, bytes / 1e9, "GB", "of the device"));
    }

    private static String ms(double first, double second) {
        return FigureTable.number(first) + " / " + FigureTable.number(second) + " ms";
    }

    private static String mega(long bytes) {
        return FigureTable.number(bytes / 1e6);
    }
}
