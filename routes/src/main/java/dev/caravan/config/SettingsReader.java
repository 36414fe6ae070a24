package dev.caravan.config;

import dev.caravan.processors.session.SessionLimits;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Turns texts into {@link Settings}, group by group; the first thing wrong ends it with one line. */
public final class SettingsReader {

    private final Values values;

    private SettingsReader(Values values) {
        this.values = values;
    }

    public static Settings read(OptionValues values) throws ConfigException {
        return new SettingsReader(new Values(values)).settings();
    }

    private Settings settings() throws ConfigException {
        return new Settings(
                ServerReader.server(values),
                ServerReader.security(values),
                folders(),
                PipelinesReader.pipelines(values),
                PipelinesReader.inference(values),
                WebRtcReader.read(values),
                KafkaReader.read(values),
                limits(),
                observability(),
                Duration.ofSeconds(values.number(Option.DRAIN_S, 0, 3600)),
                !values.toggle(Option.NO_BROWSER),
                values.placeholders());
    }

    private Settings.Folders folders() throws ConfigException {
        Path data = values.path(Option.DATA).orElseThrow();
        Path models = values.path(Option.MODELS_DIR).orElse(data.resolve("models"));
        return new Settings.Folders(
                data,
                models,
                values.path(Option.ASSETS_DIR).orElse(models.resolveSibling("assets")),
                values.path(Option.LORA_DIR).orElse(models.resolve("lora")),
                values.path(Option.LORA_SHARED_DIR),
                values.path(Option.LOGS_DIR).orElse(data.resolve("logs")),
                values.path(Option.ROUTES_DIR).orElse(data.resolve("routes")));
    }

    private Settings.Observability observability() throws ConfigException {
        boolean json = values.oneOf(Option.LOG_FORMAT, "text", "json").equals("json");
        Optional<Settings.Traces> traces = Optional.empty();
        Optional<URI> endpoint = values.address(Option.TRACES_ENDPOINT, "http://localhost:4317");
        if (endpoint.isPresent()) {
            traces = Optional.of(new Settings.Traces(endpoint.get(), values.share(Option.TRACES_SAMPLE)));
        }
        return new Settings.Observability(json, values.toggle(Option.VERBOSE), traces);
    }

    private Settings.Limits limits() throws ConfigException {
        SessionLimits defaults = SessionLimits.DEFAULTS;
        SessionLimits sessions = new SessionLimits(
                (int) values.number(Option.MAX_SESSIONS, 1, 10_000),
                (int) values.number(Option.MAX_VIEWERS, 1, 10_000),
                values.number(Option.MAX_SESSION_MB, 16, 65_536) << 20,
                Duration.ofSeconds(values.number(Option.CLOSE_GRACE_S, 0, 86_400)),
                Duration.ofSeconds(values.number(Option.IDLE_PAUSE_S, 1, 86_400)),
                defaults.sourceSilence(),
                defaults.reopenCoolDown());
        return new Settings.Limits(
                values.number(Option.MAX_ASSET_MB, 1, 1024) << 20,
                (int) values.number(Option.MAX_FRAME_MB, 1, 64) << 20,
                (int) values.number(Option.MAX_PICTURE_PIXELS, 4096, 1 << 28),
                Duration.ofMillis(values.number(Option.FRAME_AGE_MS, 1, 3_600_000)),
                sessions);
    }
}
