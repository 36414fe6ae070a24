package dev.caravan.inference.ort;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Who comes next, on a clock that stands still but for the work done. */
class FairTurnsTest {

    private static final long MILLI = 1_000_000;

    private final List<String> done = new ArrayList<>();
    private long now;
    private final FairTurns turns = new FairTurns(() -> now);

    /** Asks for steps of one length, always for one. */
    private final class Session extends Thread {
        private final long step;
        private boolean waits;

        Session(String name, long step) {
            super(name);
            this.step = step;
        }

        void ask() {
            if (!waits) {
                waits = true;
                turns.ask(this, () -> {
                    now += step;
                    waits = false;
                    return done.add(getName());
                });
            }
        }
    }

    private void serve(int times, Session... sessions) {
        for (int i = 0; i < times; i++) {
            List.of(sessions).forEach(Session::ask);
            turns.serveNext();
        }
    }

    @Test
    void aSessionOfShortStepsGetsAsMuchTimeAsOneOfLongOnes() {
        serve(110, new Session("long", 100 * MILLI), new Session("short", 10 * MILLI));
        long longs = 0;
        long shorts = 0;
        for (String name : done) {
            if (name.equals("long")) {
                longs += 100;
            } else {
                shorts += 10;
            }
            assertTrue(Math.abs(longs - shorts) <= 100, done::toString);
        }
    }

    @Test
    void sessionsOfEqualStepsTakeTurns() {
        serve(30, new Session("a", 10 * MILLI), new Session("b", 10 * MILLI), new Session("c", 10 * MILLI));
        for (int i = 3; i < 30; i++) {
            assertEquals(done.get(i - 3), done.get(i), done::toString);
        }
    }

    @Test
    void whoComesLateBeginsWhereTheOthersAreAndDoesNotKeepThemOut() {
        Session first = new Session("first", 10 * MILLI);
        serve(50, first);
        done.clear();
        serve(20, first, new Session("late", 10 * MILLI));
        for (int i = 0; i + 3 <= 20; i++) {
            List<String> three = done.subList(i, i + 3);
            assertTrue(three.contains("first") && three.contains("late"), done::toString);
        }
    }

    @Test
    void whoUsedItForAMinuteInOnePieceIsNotPutOffForAMinute() {
        Session loader = new Session("loader", 60_000 * MILLI);
        serve(1, loader);
        serve(100, new Session("steady", 10 * MILLI), loader);
        int again = done.lastIndexOf("loader");
        assertTrue(again > 1 && again <= FairTurns.MOST_OWED / (10 * MILLI) + 2, "it came again after " + again);
    }

    @Test
    void afterItIsClosedNothingIsTakenAndWhatWasTakenIsDone() {
        new Session("before", 0).ask();
        turns.close();
        assertThrows(RejectedExecutionException.class, () -> turns.ask(() -> 1));
        turns.serve();
        assertEquals(List.of("before"), done);
    }
}
