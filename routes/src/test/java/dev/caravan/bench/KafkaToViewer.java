package dev.caravan.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.caravan.bench.BenchPage.Connection;
import dev.caravan.bench.BenchPage.Size;
import dev.caravan.bench.BenchPage.Window;
import java.util.ArrayList;
import java.util.List;

/** Part d: from a producer that has a JPEG in hand to the pixel in a viewer's browser. */
final class KafkaToViewer {

    private static final Size SIZE = new Size(576, 320);
    private static final String SESSION = "bench";

    private final BenchPage page;
    private final Plan plan;
    private final Progress progress;

    KafkaToViewer(BenchPage page, Plan plan, Progress progress) {
        this.page = page;
        this.plan = plan;
        this.progress = progress;
    }

    void run(Server hub, ResultTable table) {
        JsonNode kafka = hub.get("/api/v1/hub/info").path("kafka");
        try (KafkaCamera camera = new KafkaCamera(kafka.path("bootstrap_servers").asText(), SESSION, SIZE.width(), SIZE.height())) {
            hub.await("the first record opens the session", () -> hub.status("/api/v1/sessions/" + SESSION) == 200);
            progress.say("a Kafka-fed session is watched");
            try (Connection viewer = page.watch(hub, SIZE, SESSION)) {
                Pause.of(plan.warmUp());
                viewer.mark();
                Pause.of(plan.kafkaWindow());
                Window window = viewer.window();
                Percentiles latency = Percentiles.of(latencies(window, camera));
                progress.say("Kafka to viewer: p50 %.1f ms, p95 %.1f ms, %.1f fps", latency.p50(), latency.p95(), window.fps());
                table.hub(Part.D, "Kafka producer to viewer, JPEG " + SIZE + " at 30 fps, p50", "ms", latency.p50(), "");
                table.hub(Part.D, "Kafka producer to viewer, JPEG " + SIZE + " at 30 fps, p95", "ms", latency.p95(), "");
                table.hub(Part.D, "frames shown of a Kafka-fed session", "1/s", window.fps(), "at least 25");
            }
        }
    }

    private static double[] latencies(Window window, KafkaCamera camera) {
        List<Double> found = new ArrayList<>();
        for (int i = 0; i < window.stamps().length; i++) {
            double seen = window.seenEpochMs()[i];
            camera.sentEpochMs((int) window.stamps()[i]).ifPresent(sent -> found.add(seen - sent));
        }
        return found.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
