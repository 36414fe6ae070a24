package dev.caravan.inference.bench.gpu;

import dev.caravan.inference.bench.BenchModels;
import dev.caravan.inference.bench.FigureTable;
import dev.caravan.inference.bench.MatrixPeak;
import dev.caravan.inference.bench.PipelineBench;
import dev.caravan.inference.bench.PipelineCase;
import dev.caravan.inference.bench.PipelineTable;
import dev.caravan.inference.bench.TinySetModels;
import dev.caravan.inference.bench.TrueSizeModels;
import dev.caravan.inference.bench.TrueSizeModels.Sizes;
import dev.caravan.inference.wan.umt5.Umt5Config;
import java.util.List;

/** Whole chunks, loaded and made as a hub does it: of the 1.3B model, or of all pipelines, or of a tiny one where the checks are tried. */
final class WholeModelCheck {

    private final FigureTable figures;
    private final PipelineTable rows;
    private final boolean all;

    /**
     * @param figures gets the peak
     * @param rows    gets a row per pipeline and mode
     * @param all     whether every pipeline is run: 50 GB of weights
     */
    WholeModelCheck(FigureTable figures, PipelineTable rows, boolean all) {
        this.figures = figures;
        this.rows = rows;
        this.all = all;
    }

    String run(Rig rig) throws Exception {
        double peak = MatrixPeak.gigaflops(rig.device(), rig.compute(), rig.cuda() ? 8192 : 256, 10);
        figures.row("matrix product, " + rig.compute() + ", peak", peak / 1000, "TFLOP/s", "measured here; shares are of it");
        PipelineBench bench = new PipelineBench(rig.device(), models(rig));
        int chunks = rig.sizes().whole() ? 10 : 1;
        List<PipelineCase> cases = PipelineCase.all();
        StringBuilder said = new StringBuilder();
        PipelineCase first = cases.getFirst();
        // Other than the rest, this one fails the check when it fails.
        bench.measure(first, rig.sizes().height(), rig.sizes().width(), chunks, () -> 0, (chunk, flops, memory) -> {
            rows.row(first, chunk, flops, peak, memory);
            said.append("chunk %s ms, step %s ms, decode %s ms, %s frames/s".formatted(FigureTable.number(chunk.chunk()),
                    FigureTable.number(chunk.step()), FigureTable.number(chunk.decode()), FigureTable.number(chunk.rate())));
        });
        if (all) {
            bench.rows(rows, cases.subList(1, cases.size()), chunks, peak, name -> {});
        }
        return said.toString();
    }

    private BenchModels models(Rig rig) throws Exception {
        if (!rig.sizes().whole()) {
            return new TinySetModels(rig.folder().resolve("tiny"));
        }
        Sizes published = Sizes.PUBLISHED;
        // The text encoder is checked by itself: when it is no part of a row, two of its blocks are enough.
        Umt5Config text = all ? published.text() : rig.sizes().text();
        return new TrueSizeModels(rig.folder().resolve("true"), new Sizes(published.small(), published.smallHints(), published.large(),
                published.largeHints(), text, published.vae(), published.adapterRank()));
    }
}
