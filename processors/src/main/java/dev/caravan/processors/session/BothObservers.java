package dev.caravan.processors.session;

import dev.caravan.inference.pipeline.Chunk;

/** Tells two observers, one after the other. */
record BothObservers(SessionObserver first, SessionObserver second) implements SessionObserver {

    @Override
    public OfOne opened(Opened session) {
        return new BothOfOne(first.opened(session), second.opened(session));
    }

    @Override
    public void sent(Exit exit, String sessionId, long sequence, long micros) {
        first.sent(exit, sessionId, sequence, micros);
        second.sent(exit, sessionId, sequence, micros);
    }

    private record BothOfOne(OfOne first, OfOne second) implements OfOne {

        @Override
        public void frameIn(Entrance entrance, long sequence, long glassMicros) {
            first.frameIn(entrance, sequence, glassMicros);
            second.frameIn(entrance, sequence, glassMicros);
        }

        @Override
        public void dropped(Drops.Cause cause, long frames) {
            first.dropped(cause, frames);
            second.dropped(cause, frames);
        }

        @Override
        public void frameOut(long sequence, long chunk) {
            first.frameOut(sequence, chunk);
            second.frameOut(sequence, chunk);
        }

        @Override
        public void chunk(int node, long nanos, Chunk made) {
            first.chunk(node, nanos, made);
            second.chunk(node, nanos, made);
        }

        @Override
        public void chunkFailed(int node) {
            first.chunkFailed(node);
            second.chunkFailed(node);
        }

        @Override
        public void controlApplied(Control.Door door) {
            first.controlApplied(door);
            second.controlApplied(door);
        }

        @Override
        public void controlRejected(Control.Door door) {
            first.controlRejected(door);
            second.controlRejected(door);
        }

        @Override
        public void moved(SessionState from, SessionState to) {
            first.moved(from, to);
            second.moved(from, to);
        }
    }
}
