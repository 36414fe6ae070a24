package dev.caravan.inference.bench;

import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.checkpoint.Checkpoint;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tiny.TinyModels;
import dev.caravan.inference.wan.TransformerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The small set that {@code ./caravan models make-tiny} writes, at one small size. */
public final class TinySetModels implements BenchModels {

    private static final int SIDE = 128;
    private static final int RANK = 4;

    private final Path folder;

    /** Writes them. */
    public TinySetModels(Path folder) throws IOException, CheckpointException {
        this.folder = folder;
        TinyModels.write(folder, TinyModels.DEFAULT_SEED);
        Files.createDirectories(folder.resolve("lora"));
        BenchModels.writeAdapter(folder, config(folder, false), RANK, DType.BF16);
    }

    /** Sizes of a transformer in a models folder. */
    static TransformerConfig config(Path folder, boolean large) throws IOException, CheckpointException {
        return TransformerConfig.parse(Files.readString(folder.resolve(BenchModels.family(large).base()).resolve("config.json")));
    }

    @Override
    public Path folder(PipelineCase pipeline) {
        return folder;
    }

    @Override
    public int height(PipelineCase pipeline) {
        return SIDE;
    }

    @Override
    public int width(PipelineCase pipeline) {
        return SIDE;
    }
}
