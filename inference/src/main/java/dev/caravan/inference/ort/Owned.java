package dev.caravan.inference.ort;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Things on a device that are freed together, the latest first: also when making the next of them failed for lack of memory. Not
 * thread-safe.
 */
public final class Owned implements AutoCloseable {

    private final Deque<AutoCloseable> things = new ArrayDeque<>();

    /** Frees it with the others; returns it. */
    public <T extends AutoCloseable> T keep(T thing) {
        things.push(thing);
        return thing;
    }

    /** Frees them all, whatever becomes of one; then throws what the first of those that failed threw. */
    @Override
    public void close() {
        RuntimeException failure = null;
        while (!things.isEmpty()) {
            try {
                things.pop().close();
            } catch (Exception e) {
                RuntimeException unchecked = e instanceof RuntimeException known ? known : new IllegalStateException(e);
                if (failure == null) {
                    failure = unchecked;
                } else {
                    failure.addSuppressed(unchecked);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
