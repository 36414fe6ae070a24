package dev.caravan.processors.webrtc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.session.Control;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class MailboxTest {

    private final Queue<Runnable> threads = new ArrayDeque<>();
    private final List<String> got = new ArrayList<>();
    private final Mailbox mailbox = new Mailbox(
            new PeerSubscriber() {
                @Override
                public void frame(Frame frame) {
                    got.add("frame " + frame.sequence());
                    if (frame.sequence() == 13) {
                        throw new IllegalStateException("unlucky");
                    }
                }

                @Override
                public void control(Control control) {
                    got.add("control " + control.update().get("n"));
                }
            },
            threads::add);

    @Test
    void aSlowSubscriberGetsTheNewestFramesAndAllControlsInOrder() {
        mailbox.offer(frame(1));
        mailbox.offer(control(1));
        mailbox.offer(frame(2));
        mailbox.offer(frame(3));
        mailbox.offer(control(2));
        run();
        assertEquals(List.of("control 1", "frame 2", "frame 3", "control 2"), got);
        assertEquals(1, mailbox.droppedFrames());
    }

    @Test
    void oneThreadAtATimeTakesThingsOut() {
        mailbox.offer(frame(1));
        mailbox.offer(control(1));
        assertEquals(1, threads.size());
    }

    @Test
    void aSubscriberThatThrowsGetsTheNextFrameToo() {
        mailbox.offer(frame(13));
        mailbox.offer(frame(14));
        run();
        assertEquals(List.of("frame 13", "frame 14"), got);
    }

    @Test
    void aFloodOfControlsLosesTheOldest() {
        for (int i = 0; i < Mailbox.MAX_CONTROLS + 5; i++) {
            mailbox.offer(control(i));
        }
        run();
        assertEquals("control 5", got.getFirst());
        assertEquals(Mailbox.MAX_CONTROLS, got.size());
        assertEquals(5, mailbox.droppedControls());
    }

    @Test
    void closingDropsFramesAndKeepsControls() {
        mailbox.offer(frame(1));
        mailbox.offer(control(1));
        mailbox.close();
        mailbox.offer(frame(2));
        run();
        assertEquals(List.of("control 1"), got);
    }

    @Test
    void aStoppedExecutorIsNoErrorOfWhoHandsOver() {
        Mailbox stopped = new Mailbox(new PeerSubscriber() {
            @Override
            public void frame(Frame frame) {}

            @Override
            public void control(Control control) {}
        }, task -> {
            throw new RejectedExecutionException();
        });
        stopped.offer(frame(1));
        stopped.offer(frame(2));
        assertEquals(0, stopped.droppedFrames());
    }

    private void run() {
        for (Runnable task = threads.poll(); task != null; task = threads.poll()) {
            task.run();
        }
    }

    private static Frame frame(long sequence) {
        return Frame.incoming("s", sequence, sequence, Origin.of("webrtc:a"), new Picture.I420(2, 2, new byte[6]));
    }

    private static Control control(int n) {
        return new Control("s", Control.Door.DATA_CHANNEL, Origin.of("webrtc:a"), Map.of("n", n));
    }
}
