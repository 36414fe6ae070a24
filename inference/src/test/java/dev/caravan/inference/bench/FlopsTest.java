package dev.caravan.inference.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KvCachePolicy;
import dev.caravan.inference.pipeline.causal.CausalFamily;
import dev.caravan.inference.pipeline.causal.ChunkTimes.Pass;
import dev.caravan.inference.pipeline.causal.ChunkTimes.Work;
import dev.caravan.inference.pipeline.causal.KreaRealtimeVideo;
import dev.caravan.inference.pipeline.causal.LongLive;
import dev.caravan.inference.pipeline.causal.MemFlow;
import dev.caravan.inference.pipeline.causal.RewardForcing;
import dev.caravan.inference.pipeline.causal.StreamDiffusionV2;
import dev.caravan.inference.wan.LatentSize;
import dev.caravan.inference.wan.TransformerConfig;
import dev.caravan.inference.wan.vae.TrueVaeGraphs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What shares are of, against the table of spec models/overview.md §6, whose numbers have two or three digits. */
class FlopsTest {

    private static final double TERA = 1e12;
    private static final int LONG = 14;

    @ParameterizedTest
    @CsvSource({"2160, 8640, 9.05", "3072, 12288, 14.93", "4680, 18720, 28.3", "2160, 6480, 8.19", "2160, 10800, 9.91", "1024, 6144, 3.82",
        "8640, 8640, 36.2"})
    void aPassOfThe13BModelTakesWhatTheTableSays(long queries, long keys, double tera) {
        near(tera, Flops.pass(TransformerConfig.WAN_1_3B, queries, keys));
    }

    @ParameterizedTest
    @CsvSource({"2160, 4320, 60.2", "2160, 2160, 56.4", "4680, 9360, 149.7", "4680, 4680, 131.8"})
    void aPassOfThe14BModelTakesWhatTheTableSays(long queries, long keys, double tera) {
        near(tera, Flops.pass(TransformerConfig.WAN_14B, queries, keys));
    }

    @Test
    void theHintsOfAStepTakeWhatTheSpecSays() {
        near(3.46, Flops.hints(TransformerConfig.WAN_1_3B, 15, 2160) + Flops.hintsOfPrompt(TransformerConfig.WAN_1_3B, 15));
        near(12.6, Flops.hints(TransformerConfig.WAN_14B, 8, 2160) + Flops.hintsOfPrompt(TransformerConfig.WAN_14B, 8));
    }

    @ParameterizedTest
    @CsvSource({"320, 576, 3, 18.7, 11.1", "512, 512, 3, 26.6, 15.8", "480, 832, 3, 40.6, 24.2", "512, 512, 1, 8.9, 5.3"})
    void theVaeTakesWhatTheTableSays(int height, int width, int latents, double decode, double encode) {
        VaeFlops vae = vae(height, width);
        near(decode, latents * vae.decode());
        near(encode, latents * vae.encode());
    }

    @Test
    void aPictureByItselfIsCheaperToEncodeThanFour() {
        near(1.24, vae(320, 576).encodeSingle());
    }

    @Test
    void chunksOfEachFamilyTakeWhatTheTableSays() throws Exception {
        near(63.9, text(new LongLive(), 4));
        near(59.6, text(new RewardForcing(), 4));
        near(63.9, text(new MemFlow(), 4));
        near(68.2, text(new MemFlow().configured(Map.of("memflow_mode", "upstream")), 4));
        near(317, text(new KreaRealtimeVideo(), 4));
        near(87.2, chunk(new LongLive(), TransformerConfig.WAN_1_3B, 512, 512, 2, true));
        near(25.6, chunk(new StreamDiffusionV2(), TransformerConfig.WAN_1_3B, 512, 512, 2, true));
        near(771, chunk(new KreaRealtimeVideo(), TransformerConfig.WAN_14B, 480, 832, 4, false));
    }

    /** Spec models/lora.md §2: a quarter more for an adapter of rank 256 that is not merged. */
    @Test
    void anAdapterOfRank256TakesAQuarterOfThePassMore() {
        TransformerConfig config = TransformerConfig.WAN_1_3B;
        LatentSize size = LatentSize.ofPictures(320, 576);
        // All that a token of a picture goes through: not the keys and values of the prompt.
        long numbers = config.layers() * 256L * (6 * 2L * config.dim() + 2L * (config.dim() + config.ffnDim()));
        Work pass = new Work(List.of(new Pass(3, 12)), List.of(), false, 0, 0, 0);
        VaeFlops vae = vae(320, 576);
        double without = new Flops(config, size, vae, 0, 0).chunk(pass);
        double added = new Flops(config, size, vae, 0, numbers).chunk(pass) - without;
        assertEquals(0.24, added / (config.layers() * 2.0 * 2160 * (6.0 * 1536 * 1536 + 2.0 * 1536 * 8960)), 0.01);
    }

    private static double text(CausalFamily family, int steps) {
        return chunk(family, family.contextLatents() > 0 ? TransformerConfig.WAN_14B : TransformerConfig.WAN_1_3B, 320, 576, steps, false);
    }

    /** Of a chunk in the middle of a long stream. */
    private static double chunk(CausalFamily family, TransformerConfig config, int height, int width, int steps, boolean fromVideo) {
        KvCachePolicy policy = family.newCachePolicy();
        int start = 0;
        List<Pass> others = new ArrayList<>();
        CachePass pass = policy.pass(0, family.firstLatents());
        for (int i = 0; i < LONG; i++) {
            start += i == 0 ? family.firstLatents() : family.latentsPerChunk();
            others.clear();
            if (family.contextLatents() > 0) {
                others.add(pass(policy.recache(start, family.contextLatents())));
            }
            pass = policy.pass(start, family.latentsPerChunk());
        }
        if (family.cleanPass()) {
            others.add(pass(pass));
        }
        int latents = family.latentsPerChunk();
        Work work = new Work(Collections.nCopies(steps, pass(pass)), others, false, latents, fromVideo ? latents : 0,
                family.contextLatents() > 0 ? 1 : 0);
        return new Flops(config, LatentSize.ofPictures(height, width), vae(height, width), 0, 0).chunk(work);
    }

    private static Pass pass(CachePass pass) {
        return new Pass(pass.queryPositions().size(), pass.attendedSlots());
    }

    private static VaeFlops vae(int height, int width) {
        return VaeFlops.of(TrueVaeGraphs.weights(), height, width);
    }

    private static void near(double tera, double flops) {
        assertEquals(tera, flops / TERA, 0.012 * tera);
    }
}
