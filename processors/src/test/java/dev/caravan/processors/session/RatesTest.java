package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RatesTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @Test
    void aRateIsThatOfTheLastSeconds() {
        RateMeter rate = new RateMeter(0);
        assertEquals(0, rate.perSecond(0));
        long now = 0;
        for (int i = 0; i < 300; i++, now += SECOND / 30) {
            rate.mark(now);
        }
        assertEquals(30, rate.perSecond(now), 0.5);
        assertEquals(15, rate.perSecond(now + 5 * SECOND / 2 + 1000), 1);
        assertEquals(0, rate.perSecond(now + 10 * SECOND));
        assertEquals(300, rate.total());
    }

    @Test
    void aYoungRateIsThatSinceTheBeginning() {
        RateMeter rate = new RateMeter(7 * SECOND);
        for (int i = 0; i < 20; i++) {
            rate.mark(7 * SECOND + i * SECOND / 20);
        }
        assertEquals(20, rate.perSecond(8 * SECOND), 0.01);
    }

    @Test
    void thePaceOfAPipelineIsThatOfItsLastTenBatches() {
        FpsEstimate estimate = new FpsEstimate();
        assertEquals(60, estimate.perSecond(), "unknown");
        estimate.batch(12, 0, SECOND);
        assertEquals(12, estimate.perSecond(), 1e-6, "the first: its processing time");
        long end = SECOND;
        for (int i = 0; i < 10; i++) {
            estimate.batch(12, end + SECOND / 4, end + SECOND / 2);
            end += SECOND / 2;
        }
        assertEquals(24, estimate.perSecond(), 1e-6, "later: from batch to batch");
    }

    @Test
    void thePaceStaysBetweenOneAndSixty() {
        FpsEstimate estimate = new FpsEstimate();
        estimate.batch(1, 0, SECOND / 1000);
        assertEquals(60, estimate.perSecond());
        estimate.reset();
        estimate.batch(1, 0, 10 * SECOND);
        assertEquals(1, estimate.perSecond());
    }

    @Test
    void pausesAndSilenceSayNothingAboutThePace() {
        FpsEstimate estimate = new FpsEstimate();
        long now = 0;
        for (int i = 0; i < 5; i++, now += SECOND / 2) {
            estimate.batch(5, now, now + SECOND / 2);
        }
        estimate.gap();
        now += SECOND;
        estimate.batch(5, now, now + SECOND / 2);
        assertEquals(10, estimate.perSecond(), 1e-6);
        now += 10 * SECOND;
        estimate.batch(5, now, now + SECOND / 2);
        assertEquals(10, estimate.perSecond(), 1e-6, "nobody sent anything for ten seconds");
    }

    @Test
    void aRateLimitLetsOneThroughPerPeriodAndCountsTheOthers() {
        RateLimit limit = new RateLimit(SECOND);
        assertTrue(limit.pass(0));
        assertFalse(limit.pass(1));
        assertFalse(limit.pass(SECOND - 1));
        assertTrue(limit.pass(SECOND));
        assertEquals(2, limit.suppressed());
        assertEquals(0, limit.suppressed());
    }
}
