package dev.caravan.inference.ort;

import java.util.concurrent.atomic.LongAdder;

/** Counts copies between host and device, so that a test can tell what stayed where it was. Thread-safe. */
public final class TransferCount {

    private final LongAdder toDevice = new LongAdder();
    private final LongAdder toHost = new LongAdder();
    private final LongAdder within = new LongAdder();

    /** Bytes written to tensors from the host. */
    public long bytesToDevice() {
        return toDevice.sum();
    }

    /** Bytes read from tensors to the host. */
    public long bytesToHost() {
        return toHost.sum();
    }

    /** Bytes copied from tensor to tensor. */
    public long bytesWithinDevice() {
        return within.sum();
    }

    void wrote(long bytes) {
        toDevice.add(bytes);
    }

    void read(long bytes) {
        toHost.add(bytes);
    }

    void moved(long bytes) {
        within.add(bytes);
    }
}
