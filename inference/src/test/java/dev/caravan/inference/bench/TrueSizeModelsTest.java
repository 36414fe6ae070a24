package dev.caravan.inference.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.bench.TrueSizeModels.Sizes;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.umt5.Umt5Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That files as those of true size are loaded by every pipeline, tried with small ones. */
class TrueSizeModelsTest {

    private static final int SIDE = 16;
    private static final Sizes SMALL = new Sizes(new TransformerConfig(32, 48, 2, 4, 16, 32, 16, 1e-6f), 2,
            new TransformerConfig(48, 64, 2, 5, 16, 32, 16, 1e-6f), 1, new Umt5Config(200, 32, 32, 64, 2, 2, 32, 128),
            new int[] {4, 4, 8, 16, 16}, 4);

    @TempDir
    private Path folder;

    @Test
    void everyPipelineLoadsTheFilesOfItsSize() throws Exception {
        TrueSizeModels models = new TrueSizeModels(folder.resolve("models"), SMALL);
        PipelineBench bench = new PipelineBench(Ort.cpu(), models);
        for (PipelineCase how : PipelineCase.all()) {
            assertTrue(bench.once(how, SIDE, SIDE).tensors() > 0, how.name());
        }
    }

    /** 57 GB of both are more than some machines have. */
    @Test
    void theSmallerModelsMakeRoomForTheLargerOne() throws Exception {
        TrueSizeModels models = new TrueSizeModels(folder.resolve("models"), SMALL);
        Path smaller = models.folder(first(how -> !how.large())).resolve("Reward-Forcing-T2V-1.3B/rewardforcing.pt");
        assertTrue(Files.exists(smaller));
        models.folder(first(PipelineCase::large));
        assertFalse(Files.exists(smaller));
    }

    @Test
    void aRowThatCannotBeMeasuredSaysWhyAndTheNextOneIsMade() throws Exception {
        PipelineTable table = new PipelineTable();
        BenchModels tiny = new TinySetModels(folder);
        BenchModels full = new BenchModels() {
            @Override
            public Path folder(PipelineCase pipeline) throws IOException, CheckpointException {
                if (pipeline.source() == PipelineCase.Source.VIDEO) {
                    throw new IOException("43.0 GB of disk needed, 12.0 free: give a larger one with --folder");
                }
                return tiny.folder(pipeline);
            }

            @Override
            public int height(PipelineCase pipeline) {
                return SIDE;
            }

            @Override
            public int width(PipelineCase pipeline) {
                return SIDE;
            }
        };
        new PipelineBench(Ort.cpu(), full).rows(table,
                List.of(first(how -> how.source() == PipelineCase.Source.VIDEO), first(how -> how.source() == PipelineCase.Source.TEXT)), 1, 1,
                name -> {});
        List<String> rows = table.markdown().lines().skip(2).toList();
        assertTrue(rows.get(0).startsWith("| longlive, video | - (43.0 GB of disk needed, 12.0 free: give a larger one with --folder) | - |"));
        assertTrue(rows.get(1).matches("\\| longlive, text \\| [0-9.]+ \\|.*"), rows.get(1));
        long columns = table.markdown().lines().findFirst().orElseThrow().chars().filter(c -> c == '|').count();
        rows.forEach(row -> assertEquals(columns, row.chars().filter(c -> c == '|').count(), row));
    }

    private static PipelineCase first(Predicate<PipelineCase> which) {
        return PipelineCase.all().stream().filter(which).findFirst().orElseThrow();
    }
}
