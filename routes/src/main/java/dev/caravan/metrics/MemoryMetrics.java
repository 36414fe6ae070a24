package dev.caravan.metrics;

import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Engine;
import dev.caravan.inference.ort.MemoryUse;
import dev.caravan.inference.ort.Provider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Memory that is none of the JVM's heap. */
final class MemoryMetrics {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";
    private static final long PATIENCE_MS = 200;

    private final Engine engine;
    private CompletableFuture<MemoryUse> asked = CompletableFuture.failedFuture(new IllegalStateException("not asked yet"));
    private Optional<MemoryUse> last = Optional.empty();

    MemoryMetrics(Engine engine) {
        this.engine = engine;
    }

    List<Scraped> families() {
        List<Scraped> families = new ArrayList<>(List.of(
                Scraped.gauge("caravan_process_resident_memory_bytes", "Memory of the whole process, as Linux tells it", MemoryMetrics::resident),
                Scraped.gauge("caravan_tensor_memory_bytes", "What tensors of ONNX Runtime hold on the device models run on, weights excepted",
                        () -> List.of(Scraped.Row.of(engine.opened().map(Device::tensorBytes).orElse(0L))))));
        if (engine.provider() == Provider.CUDA) {
            families.add(Scraped.gauge("caravan_gpu_memory_bytes", "Memory of the GPU", this::gpu));
        }
        return List.copyOf(families);
    }

    /**
     * The device answers in its turn, which a model that is being loaded may put off: then with what it said before. Asked at one scrape, told
     * at the next at the latest.
     */
    private synchronized List<Scraped.Row> gpu() {
        if (asked.isDone()) {
            asked = CompletableFuture.supplyAsync(() -> engine.opened().orElseThrow().memory());
        }
        try {
            last = Optional.of(asked.get(PATIENCE_MS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // Closed, or busy.
        }
        List<Scraped.Row> rows = new ArrayList<>();
        last.ifPresent(use -> {
            use.total().ifPresent(bytes -> rows.add(Scraped.Row.of(bytes, "kind", "total")));
            use.free().ifPresent(bytes -> rows.add(Scraped.Row.of(bytes, "kind", "free")));
            rows.add(Scraped.Row.of(use.tensors(), "kind", "tensors"));
        });
        return rows;
    }

    private static List<Scraped.Row> resident() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(RESIDENT))
                    .map(line -> Scraped.Row.of(Long.parseLong(line.replaceAll("\\D", "")) * 1024))
                    .toList();
        } catch (IOException e) {
            // Another system.
            return List.of();
        }
    }
}
