package dev.caravan.api;

import dev.caravan.config.Settings;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineRegistry;
import dev.caravan.security.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What one has to know to connect to this hub from elsewhere. */
public final class HubInfoApi extends ApiRoutes {

    private final String version;
    private final Settings settings;
    private final PipelineRegistry pipelines;
    private final Supplier<Optional<Records>> records;
    private volatile String address = "";

    /** @param records where Kafka is; empty when it is off. Must answer at once */
    public HubInfoApi(
            String version, Settings settings, PipelineRegistry pipelines, Supplier<Optional<Records>> records) {
        super("hub", "What one has to know to connect to this hub");
        this.version = version;
        this.settings = settings;
        this.pipelines = pipelines;
        this.records = records;
    }

    /** Told once, when the port is open. @param address as in {@code http://127.0.0.1:8000} */
    public void openedAt(String address) {
        this.address = address;
    }

    @Override
    protected void operations() {
        get("/api/v1/hub/info", "getHubInfo", "Version, address, Kafka, limits, pipelines, and which of them are not built here and why", this::info);
    }

    private Reply info(Request request) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("name", "caravan");
        body.put("version", version);
        body.put("address", address);
        body.put("token_required", settings.security().guarded());
        body.put("kafka", records.get().filter(known -> request.caller().role().covers(Role.PRODUCER)).map(HubInfoApi::kafka).orElse(null));
        body.put("limits", limits());
        body.put("pipelines", pipelines.all().stream().map(Pipeline::id).toList());
        body.put("unavailable", unavailable());
        body.put("stand_ins", settings.pipelines().standIns());
        return Reply.json(body);
    }

    /** Pipelines that no file would help, with the reason. */
    private Map<String, String> unavailable() {
        Map<String, String> reasons = new LinkedHashMap<>();
        pipelines.all().forEach(pipeline -> pipeline.unavailable().ifPresent(reason -> reasons.put(pipeline.id(), reason)));
        return reasons;
    }

    private static Map<String, Object> kafka(Records records) {
        return Map.of("bootstrap_servers", records.bootstrapServers(), "topics", records.topics());
    }

    private Map<String, Object> limits() {
        Settings.Limits limits = settings.limits();
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("max_sessions", limits.sessions().sessions());
        body.put("max_viewers_per_session", limits.sessions().viewers());
        body.put("max_session_bytes", limits.sessions().heldBytes());
        body.put("max_asset_bytes", limits.assetBytes());
        body.put("max_frame_bytes", limits.frameBytes());
        body.put("max_picture_pixels", limits.picturePixels());
        body.put("max_frame_age_ms", limits.frameAge().toMillis());
        return body;
    }

    /** Where records go. */
    public record Records(String bootstrapServers, List<String> topics) {}
}
