package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.session.SessionEvent.Type;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class MailboxTest {

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<Object> got = new ArrayList<>();
    private final Drops drops = new Drops();
    private final Mailbox mailbox = new Mailbox("test", new Remembering(), tasks::add, drops);

    @Test
    void aSlowSubscriberLosesItsOldestFramesAndNoEvent() {
        for (int i = 0; i < 10; i++) {
            mailbox.put(Pictures.frame("s", "p", i));
            mailbox.put(event(i));
        }
        assertEquals(1, tasks.size(), "one delivery at a time");
        deliver();
        assertEquals(List.of("e0", "e1", "e2", "e3", "e4", "e5", "f6", "e6", "f7", "e7", "f8", "e8", "f9", "e9"), got);
        assertEquals(6, drops.of(Drops.Cause.SLOW_SUBSCRIBER));
    }

    @Test
    void eventsAndRejectedFramesAreBoundedToo() {
        for (int i = 0; i < Mailbox.EVENTS + 5; i++) {
            mailbox.put(event(i));
            mailbox.put(new FrameRejected(Pictures.frame("s", "p", i), "bad"));
        }
        deliver();
        assertEquals(Mailbox.EVENTS + Mailbox.REJECTED, got.size());
        assertEquals("e5", got.getFirst());
        assertEquals("r" + (Mailbox.EVENTS + 4), got.getLast());
    }

    @Test
    void aSubscriberThatThrowsGetsTheNextOne() {
        mailbox.put(Pictures.frame("s", "p", 13));
        mailbox.put(Pictures.frame("s", "p", 1));
        deliver();
        mailbox.put(Pictures.frame("s", "p", 2));
        deliver();
        assertEquals(List.of("f1", "f2"), got);
    }

    @Test
    void whoUnsubscribedGetsNothingAnyMore() {
        mailbox.put(event(0));
        mailbox.close();
        mailbox.put(event(1));
        deliver();
        assertEquals(List.of(), got);
    }

    @Test
    void anExecutorThatIsShutDownEndsTheDelivery() {
        Mailbox dead = new Mailbox("dead", new Remembering(), task -> {
            throw new RejectedExecutionException();
        }, drops);
        dead.put(event(0));
        dead.put(event(1));
        assertEquals(List.of(), got);
    }

    @Test
    void aSlowSubscriberDelaysNobody() {
        HubByHand hub = HubByHand.with(FakePipeline.passthrough());
        hub.sessions().subscribe("slow", tasks::add, new Remembering());
        Session session = hub.open(Map.of());
        for (int i = 0; i < 20; i++) {
            hub.frame(session, "camera", i);
        }
        assertEquals(20, hub.heard.frames.size());
        assertEquals(Map.of("slow_subscriber", 16L), session.snapshot().dropped());
    }

    @Test
    void whatASubscriberDoesNotWantIsNotEvenQueued() {
        HubByHand hub = HubByHand.with(FakePipeline.passthrough());
        hub.sessions().subscribe("none", tasks::add, new Remembering() {
            @Override
            public boolean wantsFrames() {
                return false;
            }

            @Override
            public boolean wantsEvents() {
                return false;
            }
        });
        Session session = hub.open(Map.of());
        hub.frame(session, "camera", 0);
        assertEquals(0, tasks.size());
    }

    @Test
    void everySubscriptionHearsSessionsOpenedBeforeAndAfterIt() {
        HubByHand hub = HubByHand.with(FakePipeline.passthrough());
        Session before = hub.open("before", Control.Door.REST, Map.of());
        Recorder late = new Recorder();
        Session.Attachment subscription = hub.sessions().subscribe("late", Runnable::run, late);
        Session after = hub.open("after", Control.Door.REST, Map.of());
        hub.frame(before, "camera", 0);
        hub.frame(after, "camera", 1);
        assertEquals(List.of(0L, 1L), late.inputs());
        subscription.close();
        hub.frame(before, "camera", 2);
        assertEquals(2, late.frames.size());
        assertEquals(3, hub.heard.frames.size());
    }

    private void deliver() {
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    private static SessionEvent event(int number) {
        return new SessionEvent("s", Type.CHUNK, number, Map.of());
    }

    private class Remembering implements Subscriber {
        @Override
        public void frame(Frame frame) {
            if (frame.sequence() == 13) {
                throw new IllegalStateException("not this one");
            }
            got.add("f" + frame.sequence());
        }

        @Override
        public void event(SessionEvent event) {
            got.add("e" + event.timestampMs());
        }

        @Override
        public void rejected(FrameRejected rejected) {
            got.add("r" + rejected.frame().sequence());
        }
    }
}
