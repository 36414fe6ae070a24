package dev.caravan.inference.bench;

import dev.caravan.inference.onnx.OnnxModel;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.TrueGraphs;
import dev.caravan.inference.wan.umt5.TrueTextGraph;
import dev.caravan.inference.wan.vae.TrueVaeGraphs;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/** From a checkpoint of true size on disk to finished graphs: its directory read, no weight touched. */
final class GraphBuilds {

    private static final String AIM = "aim: below 2 s; weights are holes in files";
    private static final LatentSize SIZE = LatentSize.ofPictures(320, 576);

    private final FigureTable table;
    private final Path folder;

    GraphBuilds(FigureTable table, Path folder) {
        this.table = table;
        this.folder = folder;
    }

    void measure() throws Exception {
        row("transformer 1.3B, both graphs", () -> TrueGraphs.transformer(file("1.3B"), TransformerConfig.WAN_1_3B, SIZE));
        row("transformer 14B, both graphs", () -> TrueGraphs.transformer(file("14B"), TransformerConfig.WAN_14B, SIZE));
        row("Wan VAE 320x576, four graphs", () -> TrueVaeGraphs.graphs(file("vae"), 320, 576));
        row("UMT5-XXL", () -> List.of(TrueTextGraph.of(file("umt5"))));
    }

    private Path file(String name) {
        return folder.resolve("hole-" + name + ".safetensors");
    }

    private void row(String what, Callable<List<OnnxModel>> build) throws Exception {
        double first = Timing.of(build);
        double later = Timing.median(3, build);
        int bytes = build.call().stream().mapToInt(model -> model.bytes().length).sum();
        table.row("graph build: " + what, FigureTable.number(first) + " / " + FigureTable.number(later) + " ms",
                "first / later; " + bytes / 1024 + " kB; " + AIM);
    }
}
