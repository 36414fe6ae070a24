package dev.caravan.processors.session;

import dev.caravan.inference.frame.Frame;
import java.util.ArrayList;
import java.util.List;

/** A subscriber that remembers everything; for one thread. */
class Recorder implements Subscriber {

    final List<Frame> frames = new ArrayList<>();
    final List<SessionEvent> events = new ArrayList<>();
    final List<FrameRejected> rejected = new ArrayList<>();

    @Override
    public void frame(Frame frame) {
        frames.add(frame);
    }

    @Override
    public void event(SessionEvent event) {
        events.add(event);
    }

    @Override
    public void rejected(FrameRejected frame) {
        rejected.add(frame);
    }

    List<SessionEvent> events(SessionEvent.Type type) {
        return events.stream().filter(e -> e.type() == type).toList();
    }

    /** The states it went to. */
    List<Object> states() {
        return events(SessionEvent.Type.STATE).stream().map(e -> e.data().get("to")).toList();
    }

    List<Long> inputs() {
        return frames.stream().map(Frame::timestampMicros).map(t -> (t - 1_000_000) / 33_333).toList();
    }
}
