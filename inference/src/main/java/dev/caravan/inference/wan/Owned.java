package dev.caravan.inference.wan;

import java.util.ArrayDeque;
import java.util.Deque;

/** Things on a device that are freed together, the latest first: also when making the next of them failed for lack of memory. */
final class Owned implements AutoCloseable {

    private final Deque<AutoCloseable> things = new ArrayDeque<>();

    <T extends AutoCloseable> T keep(T thing) {
        things.push(thing);
        return thing;
    }

    @Override
    public void close() {
        while (!things.isEmpty()) {
            try {
                things.pop().close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
