package dev.caravan.inference.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FlowMatchScheduleTest {

    private final FlowMatchSchedule schedule = new FlowMatchSchedule(5);

    @ParameterizedTest
    @CsvSource({"5,750,625,0.75", "5,600,769,0.600311816", "5,0,999,0.004980080", "8,750,727,0.750257671", "8,500,889,0.499718636"})
    void aTimestepFindsTheNearestEntry(float shift, float timestep, int index, float sigma) {
        FlowMatchSchedule shifted = new FlowMatchSchedule(shift);
        assertEquals(index, shifted.index(timestep));
        assertEquals(sigma, shifted.sigma(timestep), 1e-7);
    }

    @Test
    void timestepsBeyondTheTableFindItsEnds() {
        assertEquals(999, schedule.index(-100));
        assertEquals(0, schedule.index(5000));
    }

    @ParameterizedTest
    @ValueSource(floats = {1, 5, 8})
    void sigmasFallFromOne(float shift) {
        float[] sigmas = new FlowMatchSchedule(shift).sigmas();
        assertEquals(1, sigmas[0]);
        for (int i = 1; i < sigmas.length; i++) {
            assertTrue(sigmas[i] < sigmas[i - 1] && sigmas[i] > 0, "entry " + i);
        }
    }

    @Test
    void aListIsTakenAsItIsForText() {
        assertArrayEquals(new float[] {500, 1000, 250}, schedule.steps(List.of(500, 1000, 250), OptionalDouble.empty()));
    }

    @Test
    void theNoiseScaleOfAVideoReplacesTheFirstStepOnly() {
        assertArrayEquals(new float[] {600, 750}, schedule.steps(List.of(1000, 750), OptionalDouble.of(0.7)));
        assertArrayEquals(new float[] {-100}, schedule.steps(List.of(1000), OptionalDouble.of(0)));
    }

    @Test
    void warpedStepsAreEntriesOfTheTable() {
        float[] steps = new FlowMatchSchedule(5, true).steps(List.of(1000, 750, 500, 250, 0), OptionalDouble.empty());
        assertArrayEquals(new float[] {1000, 937.5f, 833.3333f, 625, 0}, steps, 1e-3f);
    }

    @Test
    void aListThatCannotBeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> schedule.steps(List.of(), OptionalDouble.empty()));
        assertThrows(IllegalArgumentException.class, () -> schedule.steps(List.of(1001), OptionalDouble.empty()));
        assertThrows(IllegalArgumentException.class, () -> new FlowMatchSchedule(0));
    }
}
