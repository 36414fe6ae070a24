package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Tensor;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import dev.caravan.inference.wan.LatentSize;

/**
 * The newest latent frames of a stream, on the device. Frame {@code i} lies in slot {@code i mod capacity}. Owned by one stream.
 */
final class LatentHistory implements AutoCloseable {

    private final int capacity;
    private final Shape frame;
    private final Tensor ring;

    /** @param capacity frames kept, at least 1 */
    LatentHistory(Device device, int capacity, LatentSize size) {
        this.capacity = capacity;
        this.frame = size.latents(1);
        this.ring = device.zeros(DType.F32, size.latents(capacity));
    }

    /** Keeps {@code latents [F,16,h,w]}, which are frames {@code start} and following. */
    void keep(int start, Tensor latents) {
        for (int i = 0; i < latents.shape().dim(0); i++) {
            try (Tensor from = latents.view(i * frame.elements(), frame); Tensor to = slot(start + i)) {
                to.copyFrom(from);
            }
        }
    }

    /** Writes the {@code [n,16,h,w]} frames that end before frame {@code end} into {@code out}, oldest first; n at most the capacity. */
    void read(int end, Tensor out) {
        int frames = (int) out.shape().dim(0);
        for (int i = 0; i < frames; i++) {
            try (Tensor to = out.view(i * frame.elements(), frame); Tensor from = slot(end - frames + i)) {
                to.copyFrom(from);
            }
        }
    }

    private Tensor slot(int number) {
        return ring.view(number % capacity * frame.elements(), frame);
    }

    @Override
    public void close() {
        ring.close();
    }
}
