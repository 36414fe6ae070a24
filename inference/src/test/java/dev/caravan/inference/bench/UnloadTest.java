package dev.caravan.inference.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Handles;
import dev.caravan.inference.pipeline.causal.LoadMeter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every pipeline, loaded, streamed from and unloaded, takes what was reckoned and gives it back. */
@Timeout(60)
class UnloadTest {

    private static final int SIDE = 16;
    private static final int LOADS = 3;
    private static final int MOST_ROUNDS = 5;
    /** Latents that are remembered, indices and scalars are not reckoned; pictures of one token make them look large. */
    private static final double UNCOUNTED = 1.02;

    @TempDir
    private static Path folder;

    private static PipelineBench bench;

    @BeforeAll
    static void writeModels() throws Exception {
        bench = new PipelineBench(Ort.cpu(), new TinySetModels(folder));
    }

    /** Every family, and all that a model can be loaded with. */
    static List<PipelineCase> pipelines() {
        Set<String> some = Set.of("longlive, guided, VACE", "longlive, text, adapter at runtime", "longlive, text, fp8",
                "streamdiffusionv2, video", "reward-forcing, text", "memflow, text, upstream, sparse", "krea-realtime-video, guided, VACE");
        List<PipelineCase> cases = PipelineCase.all().stream().filter(how -> some.contains(how.name())).toList();
        assertEquals(some.size(), cases.size());
        return cases;
    }

    /**
     * The Java machine has memory of the same allocator, which comes and goes when it compiles: so of some loads the least counts of what is
     * in use after each, and one round of them that takes no more than the round before by as much as one load is enough. What is not given
     * back takes more in every round.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("pipelines")
    void whatAPipelineTookIsGivenBack(PipelineCase how) throws Exception {
        // What the library sets up once and for all, and files that are derived once.
        bench.once(how, SIDE, SIDE);
        LoadMeter meter = new LoadMeter(Ort.cpu());
        Round before = round(how, meter);
        List<Long> grown = new ArrayList<>();
        for (int i = 0; i < MOST_ROUNDS; i++) {
            Round after = round(how, meter);
            grown.add(after.inUse - before.inUse);
            if (grown.getLast() < after.taken) {
                return;
            }
            before = after;
        }
        fail("after every %d loads, each of which takes %d bytes, more are in use: %s".formatted(LOADS, before.taken, grown));
    }

    /** @param taken by a load at the least; {@code inUse} after one, at the least */
    private record Round(long taken, long inUse) {}

    private Round round(PipelineCase how, LoadMeter meter) throws Exception {
        Device device = Ort.cpu();
        Handles handles = device.handles();
        long tensors = device.memory().tensors();
        long taken = Long.MAX_VALUE;
        long inUse = Long.MAX_VALUE;
        for (int i = 0; i < LOADS; i++) {
            PipelineBench.Taken open = bench.once(how, SIDE, SIDE);
            assertEquals(handles, device.handles());
            assertEquals(tensors, device.memory().tensors());
            assertTrue(open.tensors() > 0 && open.tensors() <= UNCOUNTED * open.reckoned(),
                    "a stream of " + open.tensors() + " bytes was reckoned to have " + open.reckoned());
            taken = Math.min(taken, open.memory());
            inUse = Math.min(inUse, meter.total());
        }
        return new Round(taken, inUse);
    }
}
