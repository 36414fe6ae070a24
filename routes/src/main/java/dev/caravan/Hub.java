package dev.caravan;

import dev.caravan.api.ApiRoutes;
import dev.caravan.api.AssetsApi;
import dev.caravan.api.Check;
import dev.caravan.api.FrameDoor;
import dev.caravan.api.Gpu;
import dev.caravan.api.HardwareApi;
import dev.caravan.api.HeadlessApi;
import dev.caravan.api.HealthApi;
import dev.caravan.api.HubInfoApi;
import dev.caravan.api.LorasApi;
import dev.caravan.api.ModelsApi;
import dev.caravan.api.PipelinesApi;
import dev.caravan.api.SessionsApi;
import dev.caravan.api.WebrtcApi;
import dev.caravan.api.assets.AssetFolder;
import dev.caravan.api.assets.AssetUploads;
import dev.caravan.api.ice.BrowserIce;
import dev.caravan.api.loras.LoraFolder;
import dev.caravan.api.offer.OfferService;
import dev.caravan.api.session.HeadlessSession;
import dev.caravan.config.Secret;
import dev.caravan.config.Settings;
import dev.caravan.inference.model.ModelDownloads;
import dev.caravan.inference.model.ModelStore;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineRegistry;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.builtin.BuiltInPipelines;
import dev.caravan.processors.frames.FfmpegPictures;
import dev.caravan.processors.frames.PictureLimits;
import dev.caravan.processors.session.Sessions;
import dev.caravan.processors.webrtc.Peers;
import dev.caravan.processors.webrtc.WebRtcSettings;
import dev.caravan.processors.webrtc.libwebrtc.LibWebRtc;
import io.vertx.ext.web.Router;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
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
    private final ModelDownloads downloads;
    private final FfmpegPictures pictures;
    private final Sessions sessions;
    private final Peers peers;
    private final AssetUploads uploads;
    private final CompletableFuture<Optional<Gpu>> gpu = CompletableFuture.supplyAsync(Gpu::detect);
    private final HubInfoApi info;
    private final List<ApiRoutes> api;

    private Hub(Settings settings, PipelineRegistry pipelines, ModelStore models, InstantSource clock) {
        this.settings = settings;
        this.build = BuildInfo.detect();
        this.pipelines = pipelines;
        this.loader = new PipelineLoader(pipelines, models.modelsFolder(), PipelineLoader.Listener.NONE, clock);
        this.downloads = new ModelDownloads(models, ModelDownloads.Settings.huggingFace(
                () -> settings.pipelines().huggingFace().map(Secret::value)));
        this.pictures = new FfmpegPictures(pictureLimits(settings.limits()));
        this.sessions = new Sessions(loader, pictures, settings.limits().sessions(), clock);
        this.peers = LibWebRtc.peers(webRtc(settings.webrtc()), clock);
        AssetFolder assets = new AssetFolder(settings.folders().assets(), settings.limits().assetBytes());
        this.uploads = new AssetUploads(assets);
        this.info = new HubInfoApi(build.version(), settings, pipelines, Optional::empty);
        OfferService offers = new OfferService(
                pipelines, loader, sessions, peers::accept, () -> UUID.randomUUID().toString());
        this.api = List.of(
                new HealthApi(build.version(), build.commit(), clock, checks()),
                new HardwareApi(() -> gpu.getNow(Optional.empty())),
                info,
                new PipelinesApi(pipelines, loader),
                new ModelsApi(downloads),
                new WebrtcApi(BrowserIce.servers(settings, clock), offers, peers),
                new AssetsApi(assets),
                new LorasApi(new LoraFolder(settings.folders().loras(), Optional.empty())),
                new SessionsApi(sessions, peers::all, pictures),
                new HeadlessApi(sessions, new HeadlessSession(pipelines, loader, sessions), pictures));
    }

    /**
     * Makes the parts. Threads run from here on; close it.
     *
     * @throws StartException when a setting names something that does not exist
     */
    public static Hub open(Settings settings) throws StartException {
        InstantSource clock = InstantSource.system();
        ModelStore models = new ModelStore(settings.folders().models());
        try {
            PipelineRegistry pipelines = BuiltInPipelines.registry(
                    PipelineSchema::load,
                    (id, folder) -> new ModelStore(folder).missing(id),
                    clock,
                    settings.pipelines().standIns());
            return new Hub(settings, pipelines, models, clock);
        } catch (IllegalArgumentException e) {
            throw new StartException(e.getMessage(), e);
        }
    }

    private static PictureLimits pictureLimits(Settings.Limits limits) {
        PictureLimits sides = PictureLimits.DEFAULTS;
        return new PictureLimits(limits.frameBytes(), sides.maxWidth(), sides.maxHeight(), (int) limits.picturePixels());
    }

    private static WebRtcSettings webRtc(Settings.WebRtc settings) {
        WebRtcSettings out = WebRtcSettings.DEFAULTS.withPublicAddresses(settings.publicAddresses());
        return settings.udpPorts().map(range -> out.withUdpPorts(range.min(), range.max())).orElse(out);
    }

    /** Hangs on the server's router what is no Camel route. */
    void mount(Router router) {
        uploads.mount(router);
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
        beans.put("caravanPictures", pictures);
        beans.put("caravanSessions", sessions);
        beans.put("caravanPeers", peers);
        beans.put("frameDoor", new FrameDoor(sessions, settings.limits().frameBytes()));
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
        List<AutoCloseable> parts = new ArrayList<>(List.of(pictures, downloads, loader, sessions, peers));
        for (AutoCloseable part : parts.reversed()) {
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("{} did not close cleanly", part.getClass().getSimpleName(), e);
            }
        }
    }
}
