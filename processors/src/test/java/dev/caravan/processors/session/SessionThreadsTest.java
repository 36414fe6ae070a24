package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.processors.session.SessionEvent.Type;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sessions with their real threads and clock. */
class SessionThreadsTest {

    private final BlockingQueue<Frame> frames = new LinkedBlockingQueue<>();
    private final BlockingQueue<SessionEvent> events = new LinkedBlockingQueue<>();
    private final CountDownLatch release = new CountDownLatch(1);
    private Sessions sessions = TestSessions.passthrough();

    @AfterEach
    void close() {
        release.countDown();
        sessions.close();
    }

    @Test
    void framesPassThroughInOrderOneByOne() throws Exception {
        Session session = open("s");
        for (int i = 0; i < 200; i++) {
            session.offer(Pictures.frame("s", "camera", i));
            Frame out = frames.poll(10, TimeUnit.SECONDS);
            assertNotNull(out, "frame " + i);
            assertEquals(i, out.sequence());
        }
        assertEquals(Map.of(), session.snapshot().dropped());
    }

    @Test
    void aSessionWithNothingToDoSleepsUntilItIsRungFor() throws Exception {
        open("sleeper0");
        awaitState("streaming");
        Thread owner = owner("session-sleeper0");
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (owner.getState() != Thread.State.WAITING && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
        assertEquals(Thread.State.WAITING, owner.getState(), "without a deadline: nothing is polled for");
    }

    @Test
    void textModeIsPlayedByTheClock() throws Exception {
        replace(FakePipeline.generator(50));
        open("s");
        for (int i = 0; i < 10; i++) {
            assertNotNull(frames.poll(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void anInterruptEndsASessionThatSitsInAChunkAndClosingAllWaitsForIt() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        replace(FakePipeline.passthrough().works(call -> {
            inside.countDown();
            release.await();
        }));
        Session session = open("s");
        session.offer(Pictures.frame("s", "camera", 0));
        assertTrue(inside.await(10, TimeUnit.SECONDS));
        Thread owner = owner("session-s");
        owner.interrupt();
        sessions.close();
        assertFalse(owner.isAlive());
        assertEquals("closed", session.snapshot().state());
        awaitType(Type.STREAM_STOPPED);
    }

    @Test
    void closingAllWaitsUntilTheLastEventIsTaken() throws Exception {
        CountDownLatch closing = new CountDownLatch(1);
        AtomicReference<Type> last = new AtomicReference<>();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            sessions.subscribe("slow", threads, new Subscriber() {
                @Override
                public void frame(Frame frame) {}

                @Override
                public void event(SessionEvent event) {
                    try {
                        closing.await(10, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    last.set(event.type());
                }
            });
            Thread owner = owner("session-" + open("s").id());
            Thread releaser = Thread.ofPlatform().start(() -> {
                try {
                    owner.join(); // the last event is on its way, and the subscriber still at the first
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                closing.countDown();
            });
            sessions.close();
            assertEquals(Type.STATE, last.get(), "the session's way to closed is the last it tells");
            releaser.join();
        }
    }

    @Test
    void manyThreadsMayOfferAndControlAtOnce() throws Exception {
        Session session = open("s");
        Thread[] senders = new Thread[4];
        for (int t = 0; t < senders.length; t++) {
            int number = t;
            senders[t] = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 250; i++) {
                    session.offer(Pictures.frame("s", "camera" + number, i));
                    session.control(new Control("s", Control.Door.ROUTE, Origin.of("t"), Map.of("k" + number, i)), false);
                }
            });
        }
        for (Thread sender : senders) {
            sender.join(TimeUnit.SECONDS.toMillis(20));
        }
        assertEquals(Map.of("k0", 249, "k1", 249, "k2", 249, "k3", 249), session.parameters());
        assertEquals(1000, session.snapshot().framesIn());
        assertEquals(1000, session.snapshot().controls());
        sessions.close("s", "done");
        awaitType(Type.STREAM_STOPPED);
        SessionSnapshot end = session.snapshot();
        long slow = end.dropped().getOrDefault("slow_subscriber", 0L);
        long dropped = end.dropped().values().stream().mapToLong(Long::longValue).sum() - slow;
        assertEquals(1000, end.framesOut() + dropped, "every frame is accounted for: " + end);
    }

    private Session open(String id) throws SessionRefusedException {
        sessions.subscribe("test", new Subscriber() {
            @Override
            public void frame(Frame frame) {
                frames.add(frame);
            }

            @Override
            public void event(SessionEvent event) {
                events.add(event);
            }
        });
        return sessions.open(new SessionRequest(
                Optional.of(id), Origin.of("test"), Control.Door.REST, List.of(), Map.of(), Map.of()));
    }

    private void replace(FakePipeline pipeline) {
        sessions.close();
        sessions = TestSessions.of(SessionLimits.DEFAULTS, pipeline);
    }

    private void awaitState(String state) throws InterruptedException {
        while (!state.equals(awaitType(Type.STATE).data().get("to"))) {}
    }

    private SessionEvent awaitType(Type type) throws InterruptedException {
        SessionEvent next;
        do {
            next = events.poll(Duration.ofSeconds(10).toMillis(), TimeUnit.MILLISECONDS);
            assertNotNull(next, "no " + type + " within 10 s");
        } while (next.type() != type);
        return next;
    }

    private static Thread owner(String name) {
        return Thread.getAllStackTraces().keySet().stream().filter(t -> t.getName().equals(name)).findFirst().orElseThrow();
    }
}
