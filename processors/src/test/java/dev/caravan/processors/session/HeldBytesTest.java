package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Picture;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeldBytesTest {

    private int collections;
    private final MemoryRelief relief = new MemoryRelief(() -> collections++);
    private final HeldBytes held = new HeldBytes(1000, relief, new HeldTotal(100_000, 0));

    @Test
    void aPictureIsCountedOnceHoweverManyFramesShareIt() {
        Picture picture = Pictures.gray(10, 10, 1);
        held.track(picture);
        held.track(picture);
        assertEquals(150, held.bytes());
        held.track(Pictures.gray(10, 10, 1));
        assertTrue(held.bytes() >= 150, "equal pixels are not the same bytes");
        Reference.reachabilityFence(picture);
    }

    @Test
    void aPictureNobodyHoldsAnyMoreIsGone() {
        Picture picture = Pictures.gray(10, 10, 1);
        held.track(picture);
        held.release(picture);
        assertEquals(0, held.bytes());
        held.track(picture);
        assertEquals(150, held.bytes());
        Reference.reachabilityFence(picture);
    }

    @Test
    void theGarbageCollectorTellsWhatNobodyHolds() {
        for (int i = 0; i < 5; i++) {
            held.track(Pictures.gray(10, 10, i));
        }
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (held.bytes() > 0 && System.nanoTime() < until) {
            System.gc();
            Thread.onSpinWait();
        }
        assertEquals(0, held.bytes());
    }

    @Test
    void theAnswerIsNoAboveTheLimitAndHelpIsAskedForBefore() {
        List<Picture> kept = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            assertTrue(held.room(150, 0));
            kept.add(Pictures.gray(10, 10, i));
            held.track(kept.getLast());
        }
        assertEquals(0, collections);
        kept.add(Pictures.gray(10, 10, 4));
        held.track(kept.getLast());
        assertTrue(held.room(150, 0));
        assertEquals(1, collections);
        assertFalse(held.room(251, 0));
        kept.forEach(held::release);
        assertTrue(held.room(251, 0));
    }

    @Test
    void whatIsKeptOfEndedSessionsCountsForAll() {
        HeldTotal all = new HeldTotal(1000, 0);
        List<Picture> kept = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            HeldBytes one = new HeldBytes(1000, relief, all);
            assertTrue(one.room(150, 0));
            kept.add(Pictures.gray(10, 10, i));
            one.track(kept.getLast());
        }
        HeldBytes next = new HeldBytes(1000, relief, all);
        assertEquals(1, collections, "the last two asked, and once is enough");
        assertFalse(next.room(150, 0));
        next.release(kept.getFirst());
        assertTrue(next.room(150, 0));
        Reference.reachabilityFence(kept);
    }

    @Test
    void aSessionThatHoldsLittleHasRoomWhileOthersHoldTooMuchButNotForEver() {
        HeldTotal all = new HeldTotal(1000, 200);
        List<Picture> kept = new ArrayList<>();
        HeldBytes greedy = new HeldBytes(10_000, relief, all);
        while (greedy.room(150, 0)) {
            kept.add(Pictures.gray(10, 10, 0));
            greedy.track(kept.getLast());
        }
        assertEquals(900, greedy.bytes());
        HeldBytes modest = new HeldBytes(10_000, relief, all);
        assertTrue(modest.room(150, 0));
        kept.add(Pictures.gray(10, 10, 0));
        modest.track(kept.getLast());
        assertFalse(modest.room(150, 0), "it has its floor");
        assertTrue(new HeldBytes(10_000, relief, all).room(150, 0));
        assertFalse(new HeldBytes(10_000, relief, all).room(151, 0), "and all together have an end");
        Reference.reachabilityFence(kept);
    }

    @Test
    void helpIsAskedForEverMoreRarelyWhileItDoesNotHelp() {
        long now = 0;
        List<Long> asked = new ArrayList<>();
        for (; now < TimeUnit.SECONDS.toNanos(300); now += TimeUnit.MILLISECONDS.toNanos(100)) {
            int before = collections;
            relief.ask(now);
            if (collections > before) {
                asked.add(TimeUnit.NANOSECONDS.toSeconds(now));
            }
        }
        assertEquals(List.of(0L, 2L, 6L, 14L, 30L, 62L, 126L, 190L, 254L), asked);
        relief.helped();
        relief.ask(now + MemoryRelief.LONGEST_NANOS);
        relief.ask(now + MemoryRelief.LONGEST_NANOS + MemoryRelief.SHORTEST_NANOS);
        assertEquals(asked.size() + 2, collections);
    }

    @Test
    void aRouteThatKeepsFramesForEverCostsItsOwnSessionFramesAndNothingElse() {
        HubByHand hub = small(FakePipeline.passthrough(), 100 * Pictures.gray(4, 2, 0).bytes());
        Session hoarded = hub.open("hoarded", Control.Door.REST, Map.of());
        Session other = hub.open("other", Control.Door.REST, Map.of());
        for (int i = 0; i < 150; i++) {
            hub.frame(hoarded, "camera", i);
        }
        assertEquals(Map.of("memory", 50L), hoarded.snapshot().dropped());
        assertEquals(1, hub.collections);
        hub.frame(other, "camera", 0);
        assertEquals(Map.of(), other.snapshot().dropped());

        hub.heard.frames.forEach(f -> hoarded.parts().held.release(f.picture()));
        hub.frame(hoarded, "camera", 200);
        assertEquals(Map.of("memory", 50L), hoarded.snapshot().dropped());
    }

    @Test
    void aGeneratorWhoseFramesAreKeptWaitsForMemory() {
        HubByHand hub = small(FakePipeline.generator(10), 100 * Pictures.gray(4, 2, 0).bytes());
        Session session = hub.open(Map.of());
        hub.advance(Duration.ofSeconds(30));
        assertEquals(100, hub.heard.frames.size());
        assertEquals("streaming", session.snapshot().state());
        hub.heard.frames.forEach(f -> session.parts().held.release(f.picture()));
        hub.advance(Duration.ofSeconds(1));
        assertTrue(hub.heard.frames.size() > 105, hub.heard.frames.size() + " frames");
    }

    private static HubByHand small(FakePipeline pipeline, long limit) {
        SessionLimits d = SessionLimits.DEFAULTS;
        return HubByHand.with(pipeline).limits(new SessionLimits(
                d.sessions(), d.viewers(), limit, d.closeGrace(), d.idlePause(), d.sourceSilence(), d.reopenCoolDown()));
    }
}
