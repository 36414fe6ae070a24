package dev.caravan.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What of the benchmark does not depend on how busy the machine is. */
class BenchTest {

    @Test
    void theHubAllocatesNoPictureBesidesTheCopyAtTheNativeEdge() throws Exception {
        try (OwnCode code = new OwnCode()) {
            code.warmUp(100);
            OwnCode.Result result = code.run(500, Duration.ZERO);

            assertEquals(500, result.wallMicros().count());
            assertTrue(result.cpuMicros() > 0, result::toString);
            // The copy is one; a second picture anywhere would make it two.
            assertTrue(result.picturesPerFrame() >= 1 && result.picturesPerFrame() < 1.5, result::toString);
        }
    }

    @Test
    void partsAreChosenByLetter() {
        assertEquals(EnumSet.of(Part.A, Part.F), BenchOptions.parse(List.of("--only", "f,a")).parts());
        assertEquals(EnumSet.of(Part.C), BenchOptions.parse(List.of("--quick", "--only=c")).parts());
        assertEquals(EnumSet.allOf(Part.class), BenchOptions.parse(List.of()).parts());
        assertEquals(Plan.QUICK, BenchOptions.parse(List.of("--quick")).plan());
    }

    @Test
    void anOptionThatDoesNotExistIsNamed() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> BenchOptions.parse(List.of("--fast"))).getMessage().contains("--fast"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> BenchOptions.parse(List.of("--only", "a,x"))).getMessage().contains("a,x"));
        assertThrows(IllegalArgumentException.class, () -> BenchOptions.parse(List.of("--only")));
    }

    @Test
    void percentilesAreNearestRanks() {
        Percentiles figures = Percentiles.of(new double[] {4, 1, 3, 2});

        assertEquals(2, figures.p50());
        assertEquals(4, figures.p95());
        assertTrue(Double.isNaN(Percentiles.of(new double[0]).p50()));
    }

    @Test
    void theTableComparesHubAndEchoInTheOrderOfTheParts() {
        ResultTable table = new ResultTable();
        table.compared(Part.D, "latency", "ms", 44.3, 42, "difference at most 5");
        table.hub(Part.B, "allocated", "pictures", Double.NaN, "1");

        List<String> lines = table.markdown().lines().toList();
        assertEquals(
                List.of("| allocated | pictures | - |  |  | 1 |", "| latency | ms | 44.3 | 42 | +2.30 | difference at most 5 |"),
                lines.subList(2, 4));
    }
}
