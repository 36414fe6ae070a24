package dev.caravan.api;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;

/** {@code /health} of the contract, which is always 200 while the hub lives, and the probes of an orchestrator below it. */
public final class HealthApi extends ApiRoutes {

    private static final DateTimeFormatter LOCAL = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS");

    private final String version;
    private final String commit;
    private final InstantSource clock;
    private final Instant started;
    private final List<Check.Part> parts;
    private final Readiness readiness;

    /** @param parts what {@code checks} lists, in order */
    public HealthApi(String version, String commit, InstantSource clock, List<Check.Part> parts, Readiness readiness) {
        super("health", "Is it alive, and how is it doing");
        this.version = version;
        this.commit = commit;
        this.clock = clock;
        this.started = clock.instant();
        this.parts = List.copyOf(parts);
        this.readiness = readiness;
    }

    @Override
    protected void operations() {
        get("/health", "getHealth", "The hub and its parts", request -> health())
                .answers(200, "Always, while the hub is alive; a part that is down says so in checks");
        // A model that is loading, a broker that is away, a route that fails: nothing of it gets better by a restart. Who answers lives.
        get("/health/live", "getLiveness", "Probe: restart the hub when this does not answer", request -> probe(List.of()));
        get("/health/ready", "getReadiness", "Probe: send it work while this succeeds", request -> ready())
                .answers(503, "The model it was started with is not loaded, it is stopping, or a route cannot work at the moment");
        get("/health/startup", "getStartup", "Probe: whether routes have started and the first model is loaded, or cannot be",
                        request -> startup())
                .answers(503, "Still starting");
    }

    private Reply health() {
        Map<String, Object> checks = new LinkedHashMap<>();
        for (Check.Part part : parts) {
            Check check = ask(part);
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("status", check.status());
            shown.putAll(check.detail());
            checks.put(part.name(), shown);
        }
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("status", "healthy");
        body.put("timestamp", LOCAL.format(LocalDateTime.ofInstant(clock.instant(), ZoneId.systemDefault())));
        body.put("server_start_time", BigDecimal.valueOf(started.toEpochMilli(), 3));
        body.put("version", version);
        body.put("git_commit", commit);
        body.put("checks", checks);
        return Reply.json(body);
    }

    private static Check ask(Check.Part part) {
        try {
            return part.check().get();
        } catch (RuntimeException e) {
            return Check.down("it cannot tell: " + e.getClass().getSimpleName());
        }
    }

    /** Browsers are served with or without Kafka, so that its consumers do not count. */
    private Reply ready() {
        List<Map<String, Object>> checks = new ArrayList<>();
        readiness.reasons().forEach(reason -> checks.add(shown(reason.check(), HealthCheck.State.DOWN, Optional.of(reason.message()))));
        HealthCheckHelper.invokeReadiness(getContext()).stream()
                .filter(result -> !ofKafka(result))
                .forEach(result -> checks.add(shown(result.getCheck().getId(), result.getState(), result.getMessage())));
        return probe(checks);
    }

    private static boolean ofKafka(HealthCheck.Result result) {
        return String.valueOf(result.getDetails().get(HealthCheck.ENDPOINT_URI)).startsWith("kafka:");
    }

    private static Map<String, Object> shown(String name, HealthCheck.State state, Optional<String> message) {
        Map<String, Object> check = new LinkedHashMap<>();
        check.put("name", name);
        check.put("status", state.name());
        message.ifPresent(text -> check.put("message", text));
        return check;
    }

    private static Reply probe(List<Map<String, Object>> checks) {
        boolean up = checks.stream().noneMatch(check -> check.get("status").equals(HealthCheck.State.DOWN.name()));
        return Reply.json(up ? 200 : 503, Map.of("status", up ? "UP" : "DOWN", "checks", checks));
    }

    private Reply startup() {
        boolean up = getContext().getStatus().isStarted() && readiness.started();
        return Reply.json(up ? 200 : 503, Map.of("status", up ? "UP" : "DOWN"));
    }
}
