package dev.caravan.inference.wan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.diffusion.CachePass;
import dev.caravan.inference.diffusion.KeyView;
import dev.caravan.inference.diffusion.MemoryBank;
import dev.caravan.inference.golden.GoldenCaches;
import dev.caravan.inference.golden.GoldenCase;
import dev.caravan.inference.ort.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a memory bank chooses, against recorded calls: which blocks stay when it is full, and which ones heads look at. */
@Tag("golden")
class MemoryBankGoldenTest {

    @TempDir
    private Path folder;

    static List<GoldenCase> banks() {
        return GoldenCaches.streams().stream().filter(golden -> new GoldenCaches(golden).policy() instanceof MemoryBank).toList();
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("banks")
    void theBlocksThatStayAndThoseThatHeadsSeeAreTheRecordedOnes(GoldenCase golden) throws CheckpointException {
        try (GoldenStream stream = new GoldenStream(golden, folder)) {
            Bank bank = new Bank(stream, (MemoryBank) stream.policy());
            for (JsonNode call : golden.calls()) {
                CachePass pass = stream.pass(call);
                bank.begin(pass, call.at("/state/absorb/kept_top2_per_layer"));
                JsonNode chosen = call.path("state").path(GoldenCaches.CHOSEN);
                for (int layer = 0; layer < chosen.size(); layer++) {
                    stream.seen().bind(stream.state().binding(pass), pass, "memory" + layer);
                }
                stream.run(call, pass);
                for (int layer = 0; layer < chosen.size(); layer++) {
                    List<Integer> first = bank.firstAlike(pass, layer);
                    assertEquals(byHead(chosen.path(layer), first), byHead(stream.seen().get(pass, "memory" + layer), first),
                            "call " + call.path("index") + ", layer " + layer);
                }
            }
        }
    }

    private record Bank(GoldenStream stream, MemoryBank bank) {

        /** Which blocks stay where the bank was full is seen by what lies where before and afterwards. */
        void begin(CachePass pass, JsonNode kept) {
            List<List<float[]>> before = new ArrayList<>();
            kept.forEach(layer -> before.add(blocks(before.size())));
            stream.state().begin(pass);
            for (int layer = 0; layer < kept.size(); layer++) {
                List<float[]> after = blocks(layer);
                for (int i = 0; i < kept.path(layer).size(); i++) {
                    assertArrayEquals(before.get(layer).get(kept.path(layer).path(i).asInt()), after.get(i), "block " + i);
                }
                assertArrayEquals(slot(stream.state().keys(layer), bank.recordSlot()), after.getLast());
            }
        }

        private List<float[]> blocks(int layer) {
            return bank.blockSlots().stream().map(slot -> slot(stream.state().keys(layer), slot)).toList();
        }

        /**
         * Of each memory block, the first one that holds the same: the first record is a copy of the first frame of the sink, and which of
         * two blocks alike is seen makes no difference.
         */
        List<Integer> firstAlike(CachePass pass, int layer) {
            List<List<Float>> memory = ((KeyView.Sparse) pass.view()).memory().stream()
                    .map(slot -> {
                        List<Float> both = new ArrayList<>();
                        for (Tensor cache : List.of(stream.state().keys(layer), stream.state().values(layer))) {
                            for (float number : slot(cache, slot)) {
                                both.add(number);
                            }
                        }
                        return both;
                    })
                    .toList();
            return memory.stream().map(memory::indexOf).toList();
        }

        private static float[] slot(Tensor cache, int slot) {
            int numbers = Math.toIntExact(cache.shape().elements() / cache.shape().dim(0));
            return Arrays.copyOfRange(cache.floats(), slot * numbers, (slot + 1) * numbers);
        }
    }

    private static List<List<Integer>> byHead(JsonNode heads, List<Integer> first) {
        return heads.valueStream()
                .map(head -> head.valueStream().map(block -> first.get(block.asInt())).sorted().toList())
                .toList();
    }

    /** I64 [3,N], the best first; recorded in the order of their numbers. */
    private static List<List<Integer>> byHead(Tensor best, List<Integer> first) {
        int heads = (int) best.shape().dim(1);
        LongBuffer all = ByteBuffer.wrap(best.bytes()).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
        return IntStream.range(0, heads)
                .mapToObj(head -> IntStream.iterate(head, at -> at < all.limit(), at -> at + heads)
                        .mapToObj(at -> first.get((int) all.get(at))).sorted().toList())
                .toList();
    }
}
