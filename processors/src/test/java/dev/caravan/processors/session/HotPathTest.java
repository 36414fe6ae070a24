package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HotPathTest {

    private static final int WIDTH = 576;
    private static final int HEIGHT = 320;
    private static final int FRAMES = 2000;

    @Test
    void aFrameOnItsWayThroughASessionAllocatesNothingOfItsOwnSize() throws Exception {
        HubByHand hub = HubByHand.with(FakePipeline.passthrough());
        Session session = hub.open(Map.of());
        Picture picture = Pictures.gray(WIDTH, HEIGHT, 1);
        Frame[] frames = new Frame[FRAMES];
        for (int i = 0; i < FRAMES; i++) {
            frames[i] = Frame.incoming("s", i, i, Origin.of("camera"), picture);
        }
        pass(session, frames);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        pass(session, frames);
        long perFrame = (threads.getCurrentThreadAllocatedBytes() - before) / FRAMES;
        assertTrue(perFrame < 2048, perFrame + " bytes per frame; the picture has " + picture.bytes());
        assertTrue(session.snapshot().framesOut() >= 2 * FRAMES, "all of them came through");
    }

    private static void pass(Session session, Frame[] frames) throws InterruptedException {
        SessionLoop loop = session.parts().loop;
        for (Frame frame : frames) {
            session.offer(frame);
            loop.turn();
        }
    }
}
