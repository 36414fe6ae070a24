package dev.caravan.inference.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.wan.TransformerConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlopsTest {

    /** Spec models/overview.md §6. */
    @ParameterizedTest
    @CsvSource({"2160, 8640, 9.05", "3072, 12288, 14.93", "4680, 18720, 28.3", "2160, 6480, 8.19", "1024, 6144, 3.82"})
    void aPassOfThe13BModelTakesWhatTheTableSays(long queries, long keys, double tera) {
        assertEquals(tera, Flops.pass(TransformerConfig.WAN_1_3B, queries, keys) / 1e12, 0.05);
    }
}
