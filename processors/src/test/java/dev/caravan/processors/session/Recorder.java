package dev.caravan.processors.session;

import dev.caravan.inference.frame.Frame;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A subscriber that remembers everything. */
class Recorder implements Subscriber {

    final List<Frame> frames = new CopyOnWriteArrayList<>();
    final List<SessionEvent> events = new CopyOnWriteArrayList<>();
    final List<FrameRejected> rejected = new CopyOnWriteArrayList<>();

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
