package dev.caravan.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Logins at the console, and who guesses at them. */
class ConsoleSessionsTest {

    private final TestClock clock = new TestClock();
    private final ConsoleSessions consoles = new ConsoleSessions(clock, new SecureRandom());
    private final Principal operator = Principal.of("token:operator", Role.OPERATOR);

    @Test
    void aLoginLastsUntilItIsClosedOrItsTimeIsOver() {
        String id = consoles.open(operator);
        assertNotEquals(id, consoles.open(operator));
        assertEquals(Optional.of(operator), consoles.find(id));
        clock.pass(ConsoleSessions.LIFETIME);
        assertEquals(Optional.empty(), consoles.find(id));

        String other = consoles.open(operator);
        consoles.close(other);
        assertEquals(Optional.empty(), consoles.find(other));
    }

    @Test
    void aLoginEndsWithItsToken() {
        Principal guest = new Principal("oidc:x", Role.OPERATOR, Optional.empty(), Optional.of(clock.instant().plusSeconds(60)));
        String id = consoles.open(guest);
        clock.pass(Duration.ofSeconds(60));
        assertEquals(Optional.empty(), consoles.find(id));
    }

    @Test
    void thereAreNeverTooMany() {
        String first = consoles.open(operator);
        String second = consoles.open(operator);
        for (int i = 0; i < ConsoleSessions.MOST - 1; i++) {
            consoles.open(operator);
        }
        assertEquals(Optional.empty(), consoles.find(first));
        assertTrue(consoles.find(second).isPresent());
    }

    @Test
    void whoGuessesHasToWaitAndNobodyElse() {
        FailedLogins failed = new FailedLogins(clock);
        for (int i = 0; i < FailedLogins.MOST; i++) {
            assertFalse(failed.mustWait("192.0.2.1"));
            failed.failed("192.0.2.1");
        }
        assertTrue(failed.mustWait("192.0.2.1"));
        assertFalse(failed.mustWait("192.0.2.2"));
        clock.pass(FailedLogins.WINDOW);
        assertFalse(failed.mustWait("192.0.2.1"));
        failed.failed("192.0.2.1");
        assertFalse(failed.mustWait("192.0.2.1"), "counted anew");
    }
}
