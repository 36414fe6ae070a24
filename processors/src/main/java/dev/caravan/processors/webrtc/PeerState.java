package dev.caravan.processors.webrtc;

/**
 * Life of a peer after its answer.
 *
 * <pre>
 * Connecting  -> Connected    the first media path works
 * Connecting  -> Ended        no path within the connect timeout; failed; closed
 * Connected   -> Interrupted  nothing is heard of the peer
 * Interrupted -> Connected    it is heard again
 * Interrupted -> Ended        silent for the grace time; failed; closed
 * Connected   -> Ended        failed; its data channel closed; closed
 * </pre>
 *
 * <p>Every other signal leaves the state as it is: signals come from native threads and timers and may be late. A timer carries the
 * state it was set for, compared by identity, so that one of an earlier interruption cannot end a later one.
 */
sealed interface PeerState {

    PeerState on(Signal signal);

    /** For people, as in {@link PeerSnapshot#state()}. */
    String label();

    /** What moves a peer on. */
    sealed interface Signal {

        /** A media path works. */
        record Reached() implements Signal {}

        /** Nothing is heard of the peer. */
        record Lost() implements Signal {}

        /** The time that was given to a state is over. */
        record Overdue(PeerState of) implements Signal {}

        /** It is over, whatever the state. */
        record End(String reason) implements Signal {}
    }

    /** Answered, no media path yet. */
    final class Connecting implements PeerState {
        @Override
        public PeerState on(Signal signal) {
            return switch (signal) {
                case Signal.Reached _ -> new Connected();
                case Signal.Lost _ -> this;
                case Signal.Overdue(PeerState of) -> of == this ? new Ended("did not connect in time") : this;
                case Signal.End(String reason) -> new Ended(reason);
            };
        }

        @Override
        public String label() {
            return "connecting";
        }
    }

    /** Media flows. */
    final class Connected implements PeerState {
        @Override
        public PeerState on(Signal signal) {
            return switch (signal) {
                case Signal.Reached _, Signal.Overdue _ -> this;
                case Signal.Lost _ -> new Interrupted();
                case Signal.End(String reason) -> new Ended(reason);
            };
        }

        @Override
        public String label() {
            return "connected";
        }
    }

    /** Was connected, is silent. */
    final class Interrupted implements PeerState {
        @Override
        public PeerState on(Signal signal) {
            return switch (signal) {
                case Signal.Reached _ -> new Connected();
                case Signal.Lost _ -> this;
                case Signal.Overdue(PeerState of) -> of == this ? new Ended("connection lost") : this;
                case Signal.End(String reason) -> new Ended(reason);
            };
        }

        @Override
        public String label() {
            return "interrupted";
        }
    }

    /** Gone for ever. */
    record Ended(String reason) implements PeerState {
        @Override
        public PeerState on(Signal signal) {
            return this;
        }

        @Override
        public String label() {
            return "ended";
        }
    }
}
