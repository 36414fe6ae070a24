package dev.caravan.api;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
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
    private final BooleanSupplier draining;

    /**
     * @param parts    what {@code checks} lists, in order
     * @param draining whether the hub is about to stop, which makes it not ready
     */
    public HealthApi(String version, String commit, InstantSource clock, List<Check.Part> parts, BooleanSupplier draining) {
        super("health", "Is it alive, and how is it doing");
        this.version = version;
        this.commit = commit;
        this.clock = clock;
        this.started = clock.instant();
        this.parts = List.copyOf(parts);
        this.draining = draining;
    }

    @Override
    protected void operations() {
        get("/health", "getHealth", "The hub and its parts", request -> health())
                .answers(200, "Always, while the hub is alive; a part that is down says so in checks");
        get("/health/live", "getLiveness", "Probe: restart the hub when this fails", request -> probe(
                        HealthCheckHelper.invokeLiveness(getContext())))
                .answers(503, "The hub is broken");
        get("/health/ready", "getReadiness", "Probe: send it work while this succeeds", request -> readiness())
                .answers(503, "A route cannot work at the moment, or the hub is about to stop");
        get("/health/startup", "getStartup", "Probe: whether every route has started", request -> startup())
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

    private Reply probe(Collection<HealthCheck.Result> results) {
        List<Map<String, Object>> checks = new ArrayList<>();
        boolean up = true;
        for (HealthCheck.Result result : results) {
            up &= result.getState() != HealthCheck.State.DOWN;
            Map<String, Object> check = new LinkedHashMap<>();
            check.put("name", result.getCheck().getId());
            check.put("status", result.getState().name());
            result.getMessage().ifPresent(message -> check.put("message", message));
            checks.add(check);
        }
        return Reply.json(up ? 200 : 503, Map.of("status", up ? "UP" : "DOWN", "checks", checks));
    }

    private Reply readiness() {
        if (draining.getAsBoolean()) {
            return Reply.json(503, Map.of("status", "DOWN", "checks", List.of(Map.of(
                    "name", "draining", "status", "DOWN", "message", "the hub is about to stop and takes nobody new"))));
        }
        return probe(HealthCheckHelper.invokeReadiness(getContext()));
    }

    private Reply startup() {
        boolean up = getContext().getStatus().isStarted();
        return Reply.json(up ? 200 : 503, Map.of("status", up ? "UP" : "DOWN"));
    }
}
