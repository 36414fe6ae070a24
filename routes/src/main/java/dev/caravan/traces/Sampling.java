package dev.caravan.traces;

import dev.caravan.processors.TraceContext;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Who is followed: whoever the caller says, else a share. Decided before OpenTelemetry is asked for anything, so that what is not followed
 * costs a random number.
 *
 * @param share  0 to 1
 * @param random from 0 to below 1; thread-safe
 */
record Sampling(double share, DoubleSupplier random) {

    boolean follows(Optional<TraceContext> caller) {
        return caller.isPresent() ? caller.get().sampled() : begins();
    }

    /** For something that nobody called for. */
    boolean begins() {
        return share >= 1 || share > 0 && random.getAsDouble() < share;
    }
}
