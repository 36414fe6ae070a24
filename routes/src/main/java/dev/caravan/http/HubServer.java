package dev.caravan.http;

import java.net.BindException;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServer;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;

/**
 * Camel's HTTP server, with two differences: the router is prepared before anything listens, and the port opens when
 * {@link #listen} is called. So nobody reaches a route before its guard is in place, or a hub that is only half up.
 */
public final class HubServer extends VertxPlatformHttpServer {

    private final String host;
    private final int port;

    /**
     * @param port     0 for a free one
     * @param maxBytes of a request's body
     */
    public HubServer(String host, int port, long maxBytes) {
        super(configuration(host, port, maxBytes));
        this.host = host;
        this.port = port;
    }

    /** The router that Camel's routes are put on. Valid once the service is started. */
    public VertxPlatformHttpRouter router() {
        return VertxPlatformHttpRouter.lookup(getCamelContext(), VertxPlatformHttpRouter.getRouterNameFromPort(port));
    }

    /**
     * Opens the port.
     *
     * @throws BindException when it cannot be had
     */
    public void listen() throws Exception {
        super.startServer();
        if (getServer().actualPort() <= 0) {
            throw new BindException(host + ":" + port + " cannot be listened on");
        }
    }

    /** Called by the service life cycle, before the routes are started: too early to let anybody in. */
    @Override
    protected void startServer() {}

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
