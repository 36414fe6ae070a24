package dev.caravan.inference.bench.gpu;

import dev.caravan.inference.bench.ChunkFigures;
import dev.caravan.inference.bench.ChunkRows;
import dev.caravan.inference.bench.FigureTable;
import dev.caravan.inference.bench.Flops;
import dev.caravan.inference.bench.MatrixPeak;
import dev.caravan.inference.bench.RandomModel;
import dev.caravan.inference.pipeline.causal.TimedStream;
import java.util.List;
import java.util.Map;

/** Whole chunks of the 1.3B model, or of a tiny one where the checks themselves are tried. */
final class WholeModelCheck {

    private final FigureTable table;

    /** @param table gets the figures */
    WholeModelCheck(FigureTable table) {
        this.table = table;
    }

    String run(Rig rig) throws Exception {
        double peak = MatrixPeak.gigaflops(rig.device(), rig.compute(), rig.cuda() ? 8192 : 256, 10);
        table.row("matrix product, " + rig.compute() + ", peak", peak / 1000, "TFLOP/s", "measured here; shares are of it");
        RandomModel model = rig.sizes().whole() ? RandomModel.full(rig.folder()) : RandomModel.tiny(rig.folder());
        Map<String, Long> memory = RandomModel.parts();
        int height = rig.sizes().height();
        int width = rig.sizes().width();
        ChunkFigures figures;
        try (TimedStream stream = model.open(rig.device(), height, width, memory)) {
            figures = ChunkFigures.of(rig.device(), stream, List.of(), rig.sizes().whole() ? 10 : 1, () -> 0);
        }
        ChunkRows rows = new ChunkRows(table, "%s, %dx%d, from text, 4 steps".formatted(model.name(), height, width));
        rows.add(figures);
        if (rig.sizes().whole()) {
            // The clean pass is as long as a step.
            rows.roofline(figures, 5 * Flops.pass(model.config(), 2160, 8640) + Flops.DECODE_320X576, peak);
        }
        rows.memory(memory);
        return "chunk %s ms, step %s ms, decode %s ms, %s frames/s".formatted(FigureTable.number(figures.chunk()),
                FigureTable.number(figures.step()), FigureTable.number(figures.decode()), FigureTable.number(figures.rate()));
    }
}
