package dev.caravan.processors.webrtc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.caravan.processors.webrtc.PeerState.Connected;
import dev.caravan.processors.webrtc.PeerState.Connecting;
import dev.caravan.processors.webrtc.PeerState.Ended;
import dev.caravan.processors.webrtc.PeerState.Interrupted;
import dev.caravan.processors.webrtc.PeerState.Signal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeerStateTest {

    private static final List<Signal> SIGNALS =
            List.of(new Signal.Reached(), new Signal.Lost(), new Signal.Overdue(new Connecting()), new Signal.End("why"));

    @Test
    void everyStateAnswersEverySignalAsTheTableSays() {
        Map<PeerState, List<Class<? extends PeerState>>> table = Map.of(
                new Connecting(), List.of(Connected.class, Connecting.class, Connecting.class, Ended.class),
                new Connected(), List.of(Connected.class, Interrupted.class, Connected.class, Ended.class),
                new Interrupted(), List.of(Connected.class, Interrupted.class, Interrupted.class, Ended.class),
                new Ended("before"), List.of(Ended.class, Ended.class, Ended.class, Ended.class));
        table.forEach((from, to) -> {
            for (int i = 0; i < SIGNALS.size(); i++) {
                PeerState after = from.on(SIGNALS.get(i));
                assertInstanceOf(to.get(i), after, from.label() + " on " + SIGNALS.get(i));
                if (after.getClass() == from.getClass()) {
                    assertSame(from, after, "a signal that changes nothing makes no new state");
                }
            }
        });
    }

    @Test
    void aPeerThatNeverConnectsIsEndedByItsOwnDeadline() {
        PeerState connecting = new Connecting();
        assertEquals(new Ended("did not connect in time"), connecting.on(new Signal.Overdue(connecting)));
    }

    @Test
    void theDeadlineOfAnEarlierInterruptionDoesNotEndALaterOne() {
        PeerState first = new Connected().on(new Signal.Lost());
        PeerState second = first.on(new Signal.Reached()).on(new Signal.Lost());
        assertSame(second, second.on(new Signal.Overdue(first)));
        assertEquals(new Ended("connection lost"), second.on(new Signal.Overdue(second)));
    }

    @Test
    void theFirstReasonToEndStays() {
        assertEquals(new Ended("first"), new Connected().on(new Signal.End("first")).on(new Signal.End("second")));
    }
}
