package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PlayoutTest {

    private final HandTiming timing = new HandTiming();
    private final Drops drops = new Drops();
    private final List<Long> left = new ArrayList<>();
    private final List<Long> order = new ArrayList<>();
    private final Playout playout = new Playout(timing, this::leaves, drops);

    @Test
    void framesThatCarryTheirTimeLeaveAtOnce() {
        playout.now(frame(0));
        playout.now(frame(1));
        assertEquals(List.of(0L, 0L), left);
    }

    @Test
    void aChunkIsPlayedAtItsRateFromItsFirstFrameOn() {
        playout.pace(10, 4, true);
        for (int i = 0; i < 4; i++) {
            playout.paced(frame(i));
        }
        timing.moveTo(seconds(1));
        assertEquals(List.of(0L, 100L, 200L, 300L), left);
    }

    @Test
    void theFirstChunkIsPlayedAtItsRateAsSoonAsThatIsKnown() {
        for (int i = 0; i < 4; i++) {
            playout.paced(frame(i));
        }
        playout.pace(10, 4, true);
        timing.moveTo(seconds(1));
        assertEquals(List.of(0L, 100L, 200L, 300L), left);
    }

    @Test
    void theRateHoldsOverChunksHoweverLateTheyAreMade() {
        playout.pace(10, 1, true);
        for (int i = 0; i < 20; i++) {
            playout.paced(frame(i));
            timing.moveTo(TimeUnit.MILLISECONDS.toNanos(100L * i + 37));
        }
        timing.moveTo(seconds(3));
        for (int i = 0; i < 20; i++) {
            assertEquals(100L * i, left.get(i));
        }
    }

    @Test
    void aChunkThatComesTooLateIsPlayedFromNowOn() {
        playout.pace(10, 2, true);
        playout.paced(frame(0));
        timing.moveTo(seconds(5));
        playout.paced(frame(1));
        playout.paced(frame(2));
        timing.moveTo(seconds(6));
        assertEquals(List.of(0L, 5000L, 5100L), left);
    }

    @Test
    void aFrameThatNeedsNoPacingDoesNotOvertakeThoseThatWait() {
        playout.pace(10, 2, true);
        playout.paced(frame(0));
        playout.paced(frame(1));
        playout.now(frame(2));
        assertEquals(List.of(0L, 1L, 2L), order);
        timing.moveTo(seconds(1));
        assertEquals(3, left.size());
    }

    @Test
    void whatCannotBePlayedInTimeIsBoundedAndCounted() {
        playout.pace(1, 4, true);
        for (int i = 0; i < 40; i++) {
            playout.paced(frame(i));
        }
        assertEquals(40 - 1 - FrameInput.CAPACITY, drops.of(Drops.Cause.PLAYOUT_OVERFLOW));
    }

    @Test
    void whoeverMakesMoreThanIsPlayedStillPlaysAtTheRateAndTheNewest() {
        playout.pace(10, 1, false);
        for (int i = 0; i < 1000; i++) { // 100 a second
            playout.paced(frame(i));
            timing.moveTo(TimeUnit.MILLISECONDS.toNanos(10L * (i + 1)));
        }
        assertEquals(101, left.size());
        for (int i = 0; i < left.size(); i++) {
            assertEquals(100L * i, left.get(i));
        }
        assertTrue(order.getLast() >= 1000 - 2 * FrameInput.CAPACITY, "the newest are " + order.reversed().subList(0, 3));
    }

    @Test
    void aQueueOfMoreThanAChunkIsPlayedALittleFaster() {
        playout.pace(10, 2, true);
        for (int i = 0; i < 6; i++) {
            playout.paced(frame(i));
        }
        timing.moveTo(seconds(2));
        assertEquals(List.of(0L, 100L, 200L, 300L, 390L, 480L), left);
    }

    @Test
    void textModeIsGeneratedAtPlayOutSpeedNeverMoreThanOneChunkAhead() {
        FakePipeline generator = FakePipeline.generator(10).makes(5);
        HubByHand hub = HubByHand.with(generator);
        hub.open(Map.of());
        hub.advance(Duration.ofMillis(10_001));
        int played = hub.heard.frames.size();
        assertTrue(played >= 100 && played <= 103, played + " frames in 10 s at 10 per second");
        assertTrue(generator.calls.size() * 5 - played <= 10, "one chunk plays, one is ahead");
    }

    @Test
    void aGeneratorSlowerThanItsRateIsPlayedEvenlyAtItsOwn() {
        HubByHand[] hub = new HubByHand[1];
        List<Long> times = new ArrayList<>();
        FakePipeline slow = FakePipeline.generator(30).makes(5).works(call -> hub[0].timing.moveTo(hub[0].timing.nanos() + seconds(1)));
        hub[0] = HubByHand.with(slow);
        hub[0].sessions().subscribe("times", new Subscriber() {
            @Override
            public void frame(Frame frame) {
                times.add(hub[0].timing.nanos() / 1_000_000);
            }

            @Override
            public void event(SessionEvent event) {}
        });
        Session session = hub[0].open(Map.of());
        hub[0].advance(Duration.ofSeconds(20));
        assertEquals(5, session.snapshot().pipelineFps(), 0.01);
        for (int i = times.size() - 20; i < times.size(); i++) {
            assertEquals(200, times.get(i) - times.get(i - 1), 20, "gap before frame " + i);
        }
    }

    @Test
    void inVideoModeChunksArePlayedAtTheRateTheyAreMade() {
        FakePipeline main = new FakePipeline("main").takes(4).playedAt(30);
        HubByHand hub = HubByHand.with(main);
        Session session = hub.open(Map.of());
        for (int i = 0; i < 200; i++) {
            hub.frame(session, "camera", i);
            hub.advance(Duration.ofMillis(50));
        }
        assertEquals(20, session.snapshot().pipelineFps(), 0.1);
        assertEquals(20, session.snapshot().fpsOut(), 0.5);
        assertEquals(20, session.snapshot().fpsIn(), 0.5);
        assertEquals(Map.of(), session.snapshot().dropped());
    }

    private void leaves(Frame frame) {
        left.add(timing.nanos() / 1_000_000);
        order.add(frame.sequence());
    }

    private static Frame frame(long sequence) {
        return Pictures.frame("s", "pipeline:x", sequence);
    }

    private static long seconds(long s) {
        return TimeUnit.SECONDS.toNanos(s);
    }
}
