package dev.caravan;

import dev.caravan.api.AbsentApi;
import dev.caravan.api.AccessApi;
import dev.caravan.api.ApiRoutes;
import dev.caravan.api.AssetsApi;
import dev.caravan.api.FrameDoor;
import dev.caravan.api.Gpu;
import dev.caravan.api.HardwareApi;
import dev.caravan.api.HeadlessApi;
import dev.caravan.api.HealthApi;
import dev.caravan.api.HubInfoApi;
import dev.caravan.api.KeysApi;
import dev.caravan.api.LogsApi;
import dev.caravan.api.LongCalls;
import dev.caravan.api.LorasApi;
import dev.caravan.api.ModelsApi;
import dev.caravan.api.OnboardingApi;
import dev.caravan.api.Ownership;
import dev.caravan.api.PipelinesApi;
import dev.caravan.api.Readiness;
import dev.caravan.api.RoutesApi;
import dev.caravan.api.SessionsApi;
import dev.caravan.api.WebrtcApi;
import dev.caravan.api.WorkflowApi;
import dev.caravan.api.assets.AssetFolder;
import dev.caravan.api.assets.AssetPictures;
import dev.caravan.api.assets.AssetUploads;
import dev.caravan.api.keys.ServiceTokens;
import dev.caravan.api.loras.LoraFolder;
import dev.caravan.api.loras.LoraLibrary;
import dev.caravan.api.offer.OfferService;
import dev.caravan.api.offer.PeerOwners;
import dev.caravan.api.session.HeadlessSession;
import dev.caravan.api.workflow.WorkflowResolver;
import dev.caravan.config.Settings;
import dev.caravan.console.Console;
import dev.caravan.inference.model.DownloadSettings;
import dev.caravan.inference.model.ModelDownloads;
import dev.caravan.inference.model.ModelStore;
import dev.caravan.inference.ort.Engine;
import dev.caravan.inference.pipeline.AdapterFolders;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineRegistry;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.builtin.BuiltInPipelines;
import dev.caravan.jmx.HubBeans;
import dev.caravan.jmx.HubParts;
import dev.caravan.live.LiveRoutes;
import dev.caravan.logs.LifeCycleLog;
import dev.caravan.metrics.HubMetrics;
import dev.caravan.processors.frames.FfmpegPictures;
import dev.caravan.processors.kafka.KafkaHub;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.session.Sessions;
import dev.caravan.processors.webrtc.Peers;
import dev.caravan.processors.webrtc.libwebrtc.LibWebRtc;
import dev.caravan.security.Authentication;
import dev.caravan.security.OidcTokens;
import dev.caravan.security.PrincipalLimits;
import dev.caravan.security.TokenVerifier;
import dev.caravan.traces.HubTraces;
import io.vertx.ext.web.Router;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: makes every part of a hub once, in the order they need each other, and closes them in reverse. Nothing here
 * listens or routes yet; {@link RunningHub} puts Camel around it.
 */
public final class Hub implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Hub.class);

    /** Of Scope, whose contract the hub speaks. */
    private static final String CONTRACT_VERSION = "0.2.4";
    /** Calls that take minutes, running or waiting. */
    private static final int LONG_CALLS = 64;
    /** Somebody waits for the answer. */
    private static final int LORA_RETRIES = 3;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final BuildInfo build = BuildInfo.detect();
    private final CompletableFuture<Optional<Gpu>> gpu = CompletableFuture.supplyAsync(Gpu::detect);
    private final LifeCycleLog life = new LifeCycleLog();
    private final Settings settings;
    private final Authentication authentication;
    private final FfmpegPictures pictures;
    private final Optional<KafkaHub> kafka;
    private final Engine engine;
    private final HubMetrics metrics;
    private final Optional<HubTraces> traces;
    private final SessionObserver watching;
    private final Readiness readiness;
    private final PipelineRegistry pipelines;
    private final PipelineLoader loader;
    private final Sessions sessions;
    private final Peers peers;
    private final Drain drain;
    private final AssetFolder assets;
    private final LorasApi loras;
    private final LongCalls longCalls;
    private final HubInfoApi info;
    private final LiveRoutes live;
    private final List<ApiRoutes> api;

    private Hub(Settings settings, InstantSource clock, BiFunction<Settings.Traces, String, HubTraces> tracing) {
        this.settings = settings;
        TokenVerifier[] others = settings.security().oidc().stream()
                .map(oidc -> owned(OidcTokens.of(oidc, clock)))
                .toArray(TokenVerifier[]::new);
        authentication = Authentication.of(settings.security(), clock, others);
        // First: a device that cannot be had ends the start before anything runs for nothing.
        engine = owned(Engine.open(Translated.engine(settings)));
        metrics = owned(new HubMetrics(build.version(), engine));
        traces = settings.observability().traces().map(to -> tracing.apply(to, build.version()));
        traces.ifPresent(this::owned);
        watching = traces.map(HubTraces::sessions).map(metrics.sessions()::with).orElse(metrics.sessions());
        readiness = new Readiness(settings.pipelines().preload());
        pictures = owned(new FfmpegPictures(Translated.pictures(settings)));
        kafka = Translated.kafka(settings, clock, life.kafka());
        kafka.ifPresent(this::owned);
        ModelStore store = new ModelStore(settings.folders().models());
        pipelines = BuiltInPipelines.registry(
                PipelineSchema::load, (id, folder) -> store.missing(id), clock, engine, settings.pipelines().standIns());
        List<PipelineLoader.Listener> loads = new ArrayList<>(List.of(
                readiness, metrics.models(pipelines.all().stream().map(Pipeline::id).collect(Collectors.toSet()))));
        kafka.ifPresent(hub -> loads.add(hub.scopeEvents()));
        AdapterFolders adapters = new AdapterFolders(settings.folders().loras(), settings.folders().samples());
        loader = owned(new PipelineLoader(
                pipelines, settings.folders().models(), adapters, life.models(new LoadListeners(loads)), clock));
        ServiceTokens tokens = Translated.tokens(settings);
        DownloadSettings web = Translated.downloads(settings, tokens);
        ModelDownloads downloads = owned(new ModelDownloads(store, web, clock));
        assets = new AssetFolder(settings.folders().assets(), settings.limits().assetBytes());
        AssetPictures assetPictures = new AssetPictures(assets, owned(new FfmpegPictures(Translated.assetPictures(settings))));
        sessions = owned(new Sessions(loader, pictures, assetPictures, settings.limits().sessions(), clock, watching));
        sessions.subscribe("life-cycle-log", life.sessions());
        peers = owned(LibWebRtc.peers(Translated.webrtc(settings), clock, watching));
        metrics.watch(sessions, peers);
        kafka.ifPresent(metrics::watch);
        owned(new HubBeans(
                ManagementFactory.getPlatformMBeanServer(),
                new HubParts(build.version(), engine.describe(), pipelines, loader, sessions, peers, clock)));
        drain = new Drain(sessions, peers, settings.drain());
        readiness.drainWhen(drain::begun);
        LoraLibrary library = owned(new LoraLibrary(
                new LoraFolder(adapters.own(), adapters.shared()),
                Translated.loraSources(settings),
                web.withRetries(LORA_RETRIES),
                tokens,
                clock));
        loras = new LorasApi(library);
        longCalls = owned(new LongCalls(LONG_CALLS));
        live = owned(new LiveRoutes(settings.folders().routes(), clock));
        info = new HubInfoApi(build.version(), settings, pipelines, this::records);
        PeerOwners owners = new PeerOwners();
        PrincipalLimits each = new PrincipalLimits(
                settings.security().perPrincipal(), name -> Ownership.live(sessions, name), owners::count);
        OfferService offers = new OfferService(
                pipelines, loader, sessions, offer -> peers.accept(life.peer(offer)), () -> UUID.randomUUID().toString(), owners, each);
        api = List.of(
                new HealthApi(build.version(), build.commit(), clock, new Checks(kafka, peers, sessions, loader).parts(), readiness),
                new HardwareApi(() -> gpu.getNow(Optional.empty())),
                info,
                new PipelinesApi(pipelines, loader),
                new ModelsApi(downloads),
                new WebrtcApi(
                        Translated.iceServers(settings, tokens, clock),
                        offers,
                        peers,
                        refusal -> kafka.ifPresent(hub -> hub.scopeEvents().offerFailed(refusal))),
                new AssetsApi(assets),
                loras,
                new WorkflowApi(new WorkflowResolver(
                        id -> id.equals("scheduler") || pipelines.find(id).isPresent(), library, CONTRACT_VERSION)),
                new SessionsApi(sessions, peers::all, pictures),
                new HeadlessApi(sessions, new HeadlessSession(pipelines, loader, sessions, each), pictures),
                new LogsApi(settings.folders().logs().resolve(Logs.FILE)),
                new KeysApi(tokens),
                new AccessApi(authentication.joinTokens(), sessions, clock, settings.server().tls().isPresent()),
                new RoutesApi(live),
                new OnboardingApi(settings.folders().data().resolve("onboarding.json")),
                new AbsentApi());
    }

    /**
     * Makes the parts. Threads (and the embedded broker) run from here on; close it.
     *
     * @throws IllegalArgumentException with one line for the person who started it, when the settings do not fit the parts
     */
    static Hub open(Settings settings) {
        return open(settings, (to, version) -> HubTraces.to(to.endpoint(), to.sample(), version));
    }

    /** The same. @param tracing makes traces of that version of the hub; asked only when they are on */
    static Hub open(Settings settings, BiFunction<Settings.Traces, String, HubTraces> tracing) {
        return new Hub(settings, InstantSource.system(), tracing);
    }

    public Settings settings() {
        return settings;
    }

    /** Who may come in. */
    public Authentication authentication() {
        return authentication;
    }

    public BuildInfo build() {
        return build;
    }

    public PipelineLoader loader() {
        return loader;
    }

    public Sessions sessions() {
        return sessions;
    }

    public Peers peers() {
        return peers;
    }

    /** Empty when it is off. */
    public Optional<KafkaHub> kafka() {
        return kafka;
    }

    /** Whether work may be sent; whoever drains the hub says so there. */
    Readiness readiness() {
        return readiness;
    }

    /** One line about what models run on, and why not on the other. */
    String device() {
        return engine.describe();
    }

    /** What stands in {@code GET /api/v1/hub/info}; learns the address when the port is open. */
    HubInfoApi info() {
        return info;
    }

    /** The user's routes, which come and go while the hub runs. */
    public LiveRoutes live() {
        return live;
    }

    /** The groups of the HTTP contract. */
    List<ApiRoutes> api() {
        return api;
    }

    /** What goes past Camel: the console, uploads, which it would gather in memory, and calls that would keep its threads for minutes. */
    void mount(Router router) {
        owned(new Console()).mount(router);
        new AssetUploads(assets).mount(router);
        loras.mount(router, longCalls);
        metrics.mount(router);
        traces.ifPresent(on -> on.mount(router));
    }

    /** Gives a context what components and routes look for in it. To be called before routes are loaded. */
    void bind(CamelContext camel) {
        Map.of(
                        "caravanPictures", pictures,
                        "caravanLoader", loader,
                        "caravanSessions", sessions,
                        "caravanPeers", peers,
                        "frameDoor", new FrameDoor(sessions, settings.limits().frameBytes()))
                .forEach(camel.getRegistry()::bind);
        live.bind(camel);
        metrics.watch(camel);
        kafka.ifPresent(hub -> hub.bind(
                camel,
                id -> sessions.find(id).filter(session -> session.wants("kafka")).isPresent(),
                () -> sessions.all().stream().map(Session::snapshot).toList(),
                watching));
    }

    /** What comes before {@link #endSessions}. */
    Drain drain() {
        return drain;
    }

    /** Ends sessions and peers while routes still carry their last words. */
    void endSessions() {
        sessions.close();
        peers.close();
    }

    private Optional<HubInfoApi.Records> records() {
        return kafka.map(hub -> new HubInfoApi.Records(hub.bootstrapServers(), hub.topics()));
    }

    private <T extends AutoCloseable> T owned(T part) {
        open.push(part);
        return part;
    }

    /** Ends everything that {@link #open} began, last first. Harmless when called twice. */
    @Override
    public void close() {
        while (!open.isEmpty()) {
            AutoCloseable part = open.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn("{} did not close cleanly", part.getClass().getSimpleName(), e);
            }
        }
    }
}
