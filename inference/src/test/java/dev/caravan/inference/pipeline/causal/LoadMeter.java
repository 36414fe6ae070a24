package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.pipeline.Progress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * By how much memory grew in each stage of a load: the device's on a GPU, on the CPU what the C library gave out. There, weights that lie in
 * their file as they are computed with are pages of that file and are not counted.
 */
public final class LoadMeter implements Progress {

    private static final Map<String, String> PARTS = Map.of(
            "Loading text encoder...", "text", "Building diffusion model...", "transformer", "Loading VAE...", "VAE", "Warming up model...",
            "first runs");
    private static final String OTHER = "other";
    private static final String RUNS = "runs";

    private final Device device;
    private final Map<String, Long> parts = new LinkedHashMap<>();
    private String part = OTHER;
    private long before;

    public LoadMeter(Device device) {
        this.device = device;
        before = used();
    }

    @Override
    public void stage(String text) {
        count();
        part = PARTS.getOrDefault(text, OTHER);
    }

    /** The load is over; what grows from here on is what runs take. */
    public void loaded() {
        count();
        part = RUNS;
    }

    /** Bytes by part until now, in the order they were loaded. */
    public Map<String, Long> parts() {
        count();
        return new LinkedHashMap<>(parts);
    }

    /** As {@link #parts}, without so many bytes of tensors that were made since {@link #loaded}. */
    public Map<String, Long> partsWithout(long tensors) {
        Map<String, Long> all = parts();
        all.merge(RUNS, -tensors, Long::sum);
        return all;
    }

    /** Of all parts together. */
    public long total() {
        return parts().values().stream().mapToLong(Long::longValue).sum();
    }

    private void count() {
        long now = used();
        parts.merge(part, now - before, Long::sum);
        before = now;
    }

    private long used() {
        return device.provider() == Provider.CUDA ? -device.memory().free().orElse(0) : NativeMemory.inUse();
    }
}
