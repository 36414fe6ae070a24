package dev.caravan;

import dev.caravan.api.ApiRoutes;
import dev.caravan.api.Check;
import dev.caravan.api.Gpu;
import dev.caravan.api.HardwareApi;
import dev.caravan.api.HealthApi;
import dev.caravan.api.HubInfoApi;
import dev.caravan.config.Settings;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineRegistry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: makes every part of a hub once, in the order they need each other, and closes them in reverse. Nothing here
 * listens or routes yet; {@link RunningHub} puts Camel around it.
 */
public final class Hub implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Hub.class);

    private final Settings settings;
    private final BuildInfo build;
    private final PipelineRegistry pipelines;
    private final PipelineLoader loader;
    private final CompletableFuture<Optional<Gpu>> gpu = CompletableFuture.supplyAsync(Gpu::detect);
    private final HubInfoApi info;
    private final List<ApiRoutes> api;

    private Hub(Settings settings, InstantSource clock) {
        this.settings = settings;
        this.build = BuildInfo.detect();
        this.pipelines = new PipelineRegistry(List.of());
        this.loader = new PipelineLoader(pipelines, settings.folders().models(), new PipelineLoader.Listener() {}, clock);
        this.info = new HubInfoApi(build.version(), settings, pipelines, Optional::empty);
        this.api = List.of(
                new HealthApi(build.version(), build.commit(), clock, checks()),
                new HardwareApi(() -> gpu.getNow(Optional.empty())),
                info);
    }

    /** Makes the parts. Threads run from here on; close it. */
    public static Hub open(Settings settings) {
        return new Hub(settings, InstantSource.system());
    }

    public Settings settings() {
        return settings;
    }

    public BuildInfo build() {
        return build;
    }

    public PipelineLoader loader() {
        return loader;
    }

    /** One line about where records go. */
    String kafka() {
        return switch (settings.kafka().broker()) {
            case Settings.Broker.None none -> "off";
            case Settings.Broker.Cluster cluster -> cluster.bootstrapServers();
            case Settings.Broker.Embedded embedded -> "127.0.0.1:" + embedded.port() + " (embedded)";
        };
    }

    /** One line about what generates pictures. */
    String device() {
        return gpu.completeOnTimeout(Optional.empty(), 3, TimeUnit.SECONDS)
                .join()
                .map(g -> g.name() + ", " + g.vramGb() + " GB")
                .orElse("no GPU found: pipelines that need a model want one");
    }

    /** What stands in {@code GET /api/v1/hub/info}; learns the address when the port is open. */
    HubInfoApi info() {
        return info;
    }

    /** The groups of the HTTP contract. */
    List<ApiRoutes> api() {
        return api;
    }

    /** What the components find in Camel's registry, by name. */
    Map<String, Object> beans() {
        Map<String, Object> beans = new LinkedHashMap<>();
        beans.put("caravanPipelines", pipelines);
        beans.put("caravanLoader", loader);
        return beans;
    }

    private List<Check.Part> checks() {
        return List.of(new Check.Part("pipeline", () -> new Check(
                loader.status().state().name().toLowerCase(java.util.Locale.ROOT),
                loader.status().error().<Map<String, Object>>map(e -> Map.of("error", e)).orElse(Map.of()))));
    }

    /** Ends everything that {@link #open} began, last first. Harmless when called twice. */
    @Override
    public void close() {
        List<AutoCloseable> parts = new ArrayList<>(List.of(loader));
        for (AutoCloseable part : parts.reversed()) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("{} did not close cleanly", part.getClass().getSimpleName(), e);
            }
        }
    }
}
