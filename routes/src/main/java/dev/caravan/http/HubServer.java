package dev.caravan.http;

import dev.caravan.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.KeyCertOptions;
import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Camel's HTTP server, with three differences: the router is prepared before anything listens, and the port opens when {@link #listen}
 * is called, so nobody reaches a route before its guard is in place, or a hub that is only half up; and what connects is bounded.
 */
public final class HubServer extends VertxPlatformHttpServer {

    private static final Logger LOG = LoggerFactory.getLogger(HubServer.class);

    private static final int MOST_CONNECTIONS = 1000;
    private static final Duration FIRST_REQUEST = Duration.ofSeconds(30);
    /** Longer than anything a route may take to answer: loading the pipelines of a graph has 300 s. */
    private static final Duration IDLE = Duration.ofMinutes(10);
    private static final Set<String> TLS_VERSIONS = Set.of("TLSv1.2", "TLSv1.3");
    private static final Duration CERTIFICATE_EVERY = Duration.ofSeconds(2);

    private final VertxPlatformHttpServerConfiguration configuration;
    private final Optional<Settings.PemFiles> tls;
    private Optional<HttpServer> listening = Optional.empty();

    /** @param maxBytes of a request's body */
    public HubServer(Settings.Server settings, long maxBytes) {
        this(configuration(settings.host(), settings.port(), maxBytes), settings.tls());
    }

    private HubServer(VertxPlatformHttpServerConfiguration configuration, Optional<Settings.PemFiles> tls) {
        super(configuration);
        this.configuration = configuration;
        this.tls = tls;
    }

    /** To be bound in the registry, where Camel's HTTP component looks for it to find the router. */
    public VertxPlatformHttpServerConfiguration configuration() {
        return configuration;
    }

    /** The router that Camel's routes are put on. Valid once the service is started. */
    public VertxPlatformHttpRouter router() {
        return VertxPlatformHttpRouter.lookup(
                getCamelContext(), VertxPlatformHttpRouter.getRouterNameFromPort(configuration.getBindPort()));
    }

    /**
     * Whether the port could speak HTTPS, where it shall. Valid once the service is started.
     *
     * @throws IOException with one line that names the option that is wrong
     */
    public void checkTls() throws IOException {
        if (tls.isPresent()) {
            TlsFiles files = new TlsFiles(tls.get(), router().vertx());
            files.check(files.read());
        }
    }

    /**
     * Opens the port.
     *
     * @return the port
     * @throws BindException when it cannot be had
     */
    public int listen() throws Exception {
        Vertx vertx = router().vertx();
        Connections connections = new Connections(vertx, MOST_CONNECTIONS, FIRST_REQUEST);
        HttpServerOptions options = new HttpServerOptions()
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout((int) IDLE.toMillis())
                // No browser speaks HTTP/2 without TLS, and a connection that might change to it is not seen before its first request.
                .setHttp2ClearTextEnabled(false);
        if (tls.isPresent()) {
            secure(options, new TlsFiles(tls.get(), vertx), vertx);
        }
        HttpServer server = vertx.createHttpServer(options)
                .connectionHandler(connections::opened)
                .requestHandler(connections.around(router()))
                .invalidRequestHandler(Details::unreadable);
        try {
            done(server.listen(configuration.getBindPort(), configuration.getBindHost()));
        } catch (CompletionException e) {
            throw new BindException("port " + configuration.getBindPort() + " is taken");
        }
        listening = Optional.of(server);
        return server.actualPort();
    }

    private static void secure(HttpServerOptions options, TlsFiles files, Vertx vertx) throws IOException {
        TlsFiles.Pair pair = files.read();
        TlsFiles.Usable usable = files.check(pair);
        TlsIdentity identity = new TlsIdentity(usable);
        options.setSsl(true)
                .setKeyCertOptions(KeyCertOptions.wrap(identity))
                .setEnabledSecureTransportProtocols(TLS_VERSIONS)
                // HTTP/2 would let one connection, of which the number is bounded, carry a hundred requests at once.
                .setUseAlpn(false);
        TlsWatch watch = new TlsWatch(files, pair, identity);
        vertx.setPeriodic(CERTIFICATE_EVERY.toMillis(), again -> vertx.executeBlocking(() -> {
            watch.look();
            return true;
        }, false));
        LOG.info("HTTPS with a certificate valid until {}", usable.expires());
    }

    /** Called by the service life cycle, before the routes are started: too early to let anybody in. */
    @Override
    protected void startServer() {}

    @Override
    protected void stopServer() {
        listening.ifPresent(server -> done(server.close()));
        listening = Optional.empty();
    }

    @Override
    protected void stopVertx() {
        done(router().vertx().close());
    }

    private static void done(Future<?> future) {
        future.toCompletionStage().toCompletableFuture().join();
    }

    private static VertxPlatformHttpServerConfiguration configuration(String host, int port, long maxBytes) {
        VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
        configuration.setBindHost(host);
        configuration.setBindPort(port);
        configuration.setMaxBodySize(maxBytes);
        configuration.setServerType(VertxPlatformHttpRouter.SERVER_TYPE_SERVER);
        // No operation takes files as forms, and nobody may fill the disk by sending some.
        configuration.getBodyHandler().setHandleFileUploads(false);
        return configuration;
    }
}
