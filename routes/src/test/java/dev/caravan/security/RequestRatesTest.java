package dev.caravan.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.config.Settings;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestRatesTest {

    private final TestClock clock = new TestClock();
    private final RequestRates rates = new RequestRates(4, clock);

    private int taken(String name, int tries) {
        int taken = 0;
        for (int i = 0; i < tries; i++) {
            taken += rates.take(name).isEmpty() ? 1 : 0;
        }
        return taken;
    }

    @Test
    void aSecondsRequestsMayComeAtOnceAndTheNextOneWaitsItsShareOfASecond() {
        assertEquals(4, taken("anna", 4));
        assertEquals(Optional.of(Duration.ofMillis(250)), rates.take("anna"));
        clock.pass(Duration.ofMillis(250));
        assertEquals(1, taken("anna", 3));
    }

    @Test
    void aLongRestGivesNoMoreThanASecondsRequests() {
        taken("anna", 4);
        clock.pass(Duration.ofHours(5));
        assertEquals(4, taken("anna", 20));
    }

    @Test
    void oneCallerTakesNothingFromAnother() {
        taken("anna", 100);
        assertEquals(4, taken("ben", 5));
        assertTrue(rates.exhausted("anna"));
        assertFalse(rates.exhausted("nobody"));
    }

    @Test
    void aClockThatGoesBackGivesNothing() {
        taken("anna", 4);
        clock.pass(Duration.ofSeconds(-10));
        assertEquals(0, taken("anna", 3));
    }

    @Test
    void namesWithoutEndAreForgottenTheLongestUnheardOfFirst() {
        taken("first", 4);
        taken("busy", 4);
        for (int i = 0; i < 9_999; i++) {
            rates.take("name-" + i);
            taken("busy", 1);
        }
        assertFalse(rates.exhausted("first"), "forgotten");
        assertTrue(rates.exhausted("busy"));
    }

    @Test
    void zeroIsNoLimit() {
        RequestRates free = new RequestRates(0, clock);
        for (int i = 0; i < 1000; i++) {
            assertTrue(free.take("anna").isEmpty());
        }
    }

    @Test
    void whatIsBeingOpenedTakesAPlaceUntilItIsThere() throws Exception {
        PrincipalLimits limits = new PrincipalLimits(new Settings.PerPrincipal(0, 2, 1), name -> 1, name -> 0);
        Principal anna = Principal.of("anna", Role.PRODUCER);
        PrincipalLimits.Place opening = limits.session(anna);
        assertThrows(PrincipalLimits.Reached.class, () -> limits.session(anna));
        opening.close();
        opening.close();
        limits.session(anna).close();
        limits.session(anna);
        assertThrows(PrincipalLimits.Reached.class, () -> limits.session(anna));
        limits.session(Principal.of("ben", Role.PRODUCER));
        limits.peer(anna);
        assertThrows(PrincipalLimits.Reached.class, () -> limits.peer(anna));
    }
}
