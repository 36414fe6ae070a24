package dev.caravan.http;

import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.net.BindException;
import java.util.concurrent.ExecutionException;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Camel's HTTP server, with two differences: the router is prepared before anything listens, and the port opens when
 * {@link #listen} is called. So nobody reaches a route before its guard is in place, or a hub that is only half up.
 */
public final class HubServer extends VertxPlatformHttpServer {

    private final VertxPlatformHttpServerConfiguration configuration;
    private volatile @Nullable HttpServer opened;

    /**
     * @param port     0 for a free one
     * @param maxBytes of a request's body
     */
    public HubServer(String host, int port, long maxBytes) {
        this(configuration(host, port, maxBytes));
    }

    private HubServer(VertxPlatformHttpServerConfiguration configuration) {
        super(configuration);
        this.configuration = configuration;
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
     * Opens the port.
     *
     * @return the port
     * @throws BindException when it cannot be had
     */
    public int listen() throws Exception {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(configuration.getBindHost())
                .setPort(configuration.getBindPort())
                // Browsers do not speak it, and Vert.x gives HEAD a body on a connection that was just upgraded to it.
                .setHttp2ClearTextEnabled(false);
        HttpServer made = router().vertx()
                .createHttpServer(options)
                .requestHandler(router())
                .invalidRequestHandler(Details::unreadable);
        try {
            made.listen().toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof BindException bind ? bind : e;
        }
        opened = made;
        return made.actualPort();
    }

    /** Null until the port is open. */
    @Override
    public @Nullable HttpServer getServer() {
        return opened;
    }

    /** Called by the service life cycle, before the routes are started: too early to let anybody in. */
    @Override
    protected void startServer() {}

    @Override
    protected void stopServer() {}

    /** Closes the port too. */
    @Override
    protected void stopVertx() {
        router().vertx().close().toCompletionStage().toCompletableFuture().join();
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
