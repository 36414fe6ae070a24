package dev.caravan.processors.webrtc;

import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.CaravanHeaders;
import dev.caravan.processors.session.Control;
import java.util.concurrent.ExecutorService;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes an exchange of every frame and control of every peer, in order per peer, on one thread per peer at most. A route that is too
 * slow gets the newest frames; no peer waits for another.
 */
final class WebRtcConsumer extends DefaultConsumer implements PeerSubscriber {

    private @Nullable ExecutorService threads;
    private Peers.@Nullable Subscription subscription;

    WebRtcConsumer(WebRtcEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
    }

    @Override
    public WebRtcEndpoint getEndpoint() {
        return (WebRtcEndpoint) super.getEndpoint();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        ExecutorService own = getEndpoint().getCamelContext().getExecutorServiceManager()
                .newCachedThreadPool(this, getEndpoint().getEndpointUri());
        threads = own;
        subscription = getEndpoint().getComponent().requirePeers().subscribe(this, own);
    }

    @Override
    protected void doStop() throws Exception {
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
        if (threads != null) {
            getEndpoint().getCamelContext().getExecutorServiceManager().shutdownGraceful(threads);
            threads = null;
        }
        super.doStop();
    }

    @Override
    public boolean wantsFrames() {
        return getEndpoint().isFrames() && isRunAllowed();
    }

    @Override
    public void frame(Frame frame) {
        Exchange exchange = createExchange(true);
        Message message = exchange.getIn();
        message.setBody(frame);
        message.setHeader(CaravanHeaders.SESSION_ID, frame.sessionId());
        message.setHeader(CaravanHeaders.SEQUENCE, frame.sequence());
        message.setHeader(CaravanHeaders.TIMESTAMP_MS, frame.timestampMicros() / 1000);
        message.setHeader(CaravanHeaders.SOURCE, frame.origin().source());
        process(exchange);
    }

    @Override
    public void control(Control control) {
        if (!getEndpoint().isControls()) {
            return;
        }
        Exchange exchange = createExchange(true);
        Message message = exchange.getIn();
        message.setBody(control);
        message.setHeader(CaravanHeaders.SESSION_ID, control.sessionId());
        message.setHeader(CaravanHeaders.SOURCE, control.origin().source());
        process(exchange);
    }

    private void process(Exchange exchange) {
        try {
            getProcessor().process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        if (exchange.getException() != null) {
            getExceptionHandler().handleException("A frame or control of a peer was not processed", exchange, exchange.getException());
        }
    }
}
