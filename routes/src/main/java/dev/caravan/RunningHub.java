package dev.caravan;

import dev.caravan.api.ApiRoutes;
import dev.caravan.api.OpenApi;
import dev.caravan.config.Settings;
import dev.caravan.http.ApiPages;
import dev.caravan.http.HubServer;
import dev.caravan.http.Mount;
import dev.caravan.http.Page;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.logs.LifeCycleLine;
import dev.caravan.logs.LifeCycleLog;
import dev.caravan.processors.kafka.ForeignHeaderFilter;
import dev.caravan.processors.kafka.KafkaHub;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.component.kafka.KafkaComponent;
import org.apache.camel.component.kafka.KafkaHeaderFilterStrategy;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.apache.camel.support.service.ServiceHelper;

/**
 * A hub in operation: Camel around the parts of a {@link Hub}, and one open port. Made and closed by one thread; several may run in one
 * JVM.
 */
public final class RunningHub implements AutoCloseable {

    private static final int SHUTDOWN_SECONDS = 10;
    private static final LifeCycleLog LIFE = new LifeCycleLog();

    private final Hub hub;
    private final Main main;
    private final URI baseUri;

    private RunningHub(Hub hub, Main main, URI baseUri) {
        this.hub = hub;
        this.main = main;
        this.baseUri = baseUri;
    }

    /**
     * Starts everything and returns when the port is open.
     *
     * @throws StartException with one line for the person who started it
     */
    static RunningHub start(Settings settings) throws StartException {
        return start(settings, Hub::open);
    }

    /** The same. @param parts makes them */
    static RunningHub start(Settings settings, Function<Settings, Hub> parts) throws StartException {
        LIFE.info(LifeCycleLine.of("hub.starting"));
        checkPort(settings.server());
        createFolders(settings.folders());
        Hub hub = open(settings, parts);
        Main main = camel(hub);
        try {
            URI baseUri = run(hub, main);
            hub.info().openedAt(baseUri.toString());
            LIFE.info(started(hub).and("address", baseUri));
            settings.pipelines().preload().ifPresent(id ->
                    hub.loader().load(List.of(new PipelineLoader.Entry(id, id, Map.of()))));
            return new RunningHub(hub, main, baseUri);
        } catch (Exception e) {
            main.stop();
            hub.close();
            throw e instanceof BindException
                    ? portTaken(settings.server(), e)
                    : new StartException("the hub cannot start: " + rootMessage(e), e);
        }
    }

    private static Hub open(Settings settings, Function<Settings, Hub> parts) throws StartException {
        try {
            return parts.apply(settings);
        } catch (IllegalArgumentException e) {
            throw new StartException(e.getMessage(), e);
        }
    }

    /** For example {@code http://127.0.0.1:8000}, without a slash at the end. */
    public URI baseUri() {
        return baseUri;
    }

    public Hub hub() {
        return hub;
    }

    public CamelContext camel() {
        return main.getCamelContext();
    }

    /** Makes a {@link #close} that waits for sessions, now or later, wait no longer. From any thread. */
    public void hurry() {
        hub.drain().cut();
    }

    /** Lets sessions go on for as long as the settings say, then ends them, then routes and port, then the parts. */
    @Override
    public void close() {
        LIFE.info(LifeCycleLine.of("hub.stopping").and("address", baseUri));
        hub.drain().await();
        hub.live().close();
        hub.endSessions();
        main.stop();
        hub.close();
        LIFE.info(LifeCycleLine.of("hub.stopped").and("address", baseUri));
    }

    private static LifeCycleLine started(Hub hub) {
        return LifeCycleLine.of("hub.started")
                .and("version", hub.build().version())
                .and("commit", hub.build().commit())
                .and("device", hub.device())
                .and("kafka", hub.kafka().map(KafkaHub::bootstrapServers).orElse("off"));
    }

    private static URI run(Hub hub, Main main) throws Exception {
        Settings settings = hub.settings();
        main.init();
        CamelContext camel = main.getCamelContext();
        HubServer server = new HubServer(settings.server(), settings.limits().frameBytes());
        camel.getRegistry().bind("caravanHttp", server.configuration());
        // Started now: the router must stand before the first route asks for it.
        camel.addService(server);
        ServiceHelper.startService(server);
        server.checkTls();
        new Mount(
                        server.router(),
                        settings.server(),
                        hub.authentication(),
                        new Page("ui"),
                        new ApiPages(new OpenApi(camel, hub.build().version())::json))
                .install();
        hub.mount(server.router());
        PlatformHttpComponent http = camel.getComponent("platform-http", PlatformHttpComponent.class);
        // Camel would refuse by status alone; the operations refuse in the contract's words.
        http.setServerRequestValidation(false);
        // On the component, so that it holds for every route, a user's own included.
        http.setHeaderFilterStrategy(ForeignHeaderFilter.over(new HttpHeaderFilterStrategy()));
        // A user may name a broker even where the hub has none.
        camel.getComponent("kafka", KafkaComponent.class)
                .getConfiguration()
                .setHeaderFilterStrategy(ForeignHeaderFilter.over(new KafkaHeaderFilterStrategy()));
        main.start();
        hub.live().begin(camel);
        return address(settings.server(), server.listen());
    }

    private static Main camel(Hub hub) {
        Settings settings = hub.settings();
        Main main = new Main();
        // Whoever started the hub stops it; Camel installs no shutdown hook of its own.
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        settings.placeholders().forEach((key, value) -> main.addInitialProperty(key.toString(), value.toString()));
        // Camel wires the only bean of a type into a component: the client factory of the controls would become everybody's.
        main.addInitialProperty("camel.component.kafka.autowired-enabled", "false");
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeConfigure(BaseMainSupport starting) {
                hub.bind(starting.getCamelContext());
                RouteFailures.install(starting.getCamelContext());
            }
        });
        main.configure()
                .withName("caravan")
                .withShutdownTimeout(SHUTDOWN_SECONDS)
                .withShutdownNowOnTimeout(true)
                .withJmxEnabled(true)
                .withRoutesIncludePattern("classpath:camel/*.camel.yaml");
        if (hub.kafka().isEmpty()) {
            main.configure().withRoutesExcludePattern("**/kafka-*.camel.yaml");
        }
        main.configure().rest().withComponent("platform-http");
        hub.api().forEach((ApiRoutes group) -> main.configure().addRoutesBuilder(group));
        return main;
    }

    /** Before anything else is started for nothing; {@link HubServer#listen} still has the last word. */
    private static void checkPort(Settings.Server server) throws StartException {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(server.host()), server.port()));
        } catch (IOException e) {
            throw portTaken(server, e);
        }
    }

    private static StartException portTaken(Settings.Server server, Exception cause) {
        return new StartException(
                "cannot listen on " + server.host() + ":" + server.port() + " (" + cause.getMessage()
                        + "): is another hub running? Choose another port with --port",
                cause);
    }

    private static void createFolders(Settings.Folders folders) throws StartException {
        for (Path folder : List.of(folders.data(), folders.models(), folders.assets(), folders.loras(), folders.routes())) {
            try {
                Files.createDirectories(folder);
            } catch (IOException e) {
                throw new StartException("cannot create " + folder + ": choose another folder with --data", e);
            }
        }
    }

    private static URI address(Settings.Server server, int port) {
        String host = server.host();
        boolean everywhere = host.equals("0.0.0.0") || host.equals("::");
        String name = everywhere ? "127.0.0.1" : host.contains(":") ? "[" + host + "]" : host;
        return URI.create((server.tls().isPresent() ? "https://" : "http://") + name + ":" + port);
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }
}
