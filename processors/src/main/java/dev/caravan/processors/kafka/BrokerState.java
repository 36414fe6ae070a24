package dev.caravan.processors.kafka;

import java.time.Duration;

/**
 * Where the embedded broker is in its life.
 *
 * <pre>
 * Starting -> Running : the child said it is ready
 * Starting -> Down    : the child ended, took too long, or its port is taken
 * Running  -> Down    : the child ended, its data folder vanished, or it stopped answering
 * Down     -> Starting: the back-off is over
 * any      -> Closed  : the hub closes it
 * </pre>
 */
public sealed interface BrokerState {

    /** One line for people. */
    String describe();

    /** The child process is on its way up. */
    record Starting() implements BrokerState {
        @Override
        public String describe() {
            return "the embedded broker is starting";
        }
    }

    /**
     * It answers.
     *
     * @param pid  of the child process
     * @param took from launch to ready
     */
    record Running(long pid, Duration took) implements BrokerState {
        @Override
        public String describe() {
            return "the embedded broker is running";
        }
    }

    /**
     * It ended and is tried again after a while.
     *
     * @param reason  one line that says what happened and, where the operator can help, what to do
     * @param retryIn wait before the next start
     */
    record Down(String reason, Duration retryIn) implements BrokerState {
        @Override
        public String describe() {
            return reason;
        }
    }

    /** Ended for good. */
    record Closed() implements BrokerState {
        @Override
        public String describe() {
            return "the embedded broker is closed";
        }
    }
}
