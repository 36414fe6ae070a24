package dev.caravan.processors.inference;

import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.TraceContext;
import dev.caravan.processors.session.FrameRejected;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionEvent;
import dev.caravan.processors.session.Sessions;
import dev.caravan.processors.session.Subscriber;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One subscriber of all sessions: makes an exchange of every generated frame ({@link Frame}), event ({@link SessionEvent}) and rejected
 * frame ({@link FrameRejected}). Exchanges of one session are in order; those of different sessions run concurrently. A route that is
 * slower than a session loses that session's oldest frames.
 */
public class InferenceConsumer extends DefaultConsumer implements Suspendable, Subscriber {

    private final Sessions sessions;
    private final InferenceConfiguration configuration;
    private @Nullable ExecutorService executor;
    private Session.@Nullable Attachment subscription;

    public InferenceConsumer(InferenceEndpoint endpoint, Processor processor, Sessions sessions) {
        super(endpoint, processor);
        this.sessions = sessions;
        this.configuration = endpoint.getConfiguration();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        // Cached: one thread per session that has something to deliver, none when nothing is live.
        executor = getEndpoint().getCamelContext().getExecutorServiceManager()
                .newCachedThreadPool(this, getEndpoint().getEndpointUri());
        subscribe(executor);
    }

    @Override
    protected void doSuspend() throws Exception {
        unsubscribe();
        super.doSuspend();
    }

    @Override
    protected void doResume() throws Exception {
        super.doResume();
        if (executor != null) {
            subscribe(executor);
        }
    }

    @Override
    protected void doStop() throws Exception {
        unsubscribe();
        if (executor != null) {
            getEndpoint().getCamelContext().getExecutorServiceManager().shutdownGraceful(executor, TimeUnit.SECONDS.toMillis(5));
            executor = null;
        }
        super.doStop();
    }

    private void subscribe(ExecutorService threads) {
        subscription = sessions.subscribe(getEndpoint().getEndpointUri(), threads, this);
    }

    private void unsubscribe() {
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
    }

    @Override
    public boolean wantsFrames() {
        return configuration.isFrames();
    }

    @Override
    public boolean wantsEvents() {
        return configuration.isEvents();
    }

    @Override
    public void frame(Frame frame) {
        Exchange exchange = exchange(frame, frame.sessionId());
        frameHeaders(exchange.getMessage(), frame);
        exchange.getMessage().setHeader(InferenceConstants.CHUNK, frame.chunk());
        TraceContext.of(frame.origin()).ifPresent(context -> exchange.getMessage().setHeader(TraceContext.HEADER, context.toString()));
        process(exchange);
    }

    @Override
    public void event(SessionEvent event) {
        Exchange exchange = exchange(event, event.sessionId());
        exchange.getMessage().setHeader(InferenceConstants.EVENT_TYPE, event.type().wireName());
        exchange.getMessage().setHeader(InferenceConstants.TIMESTAMP_MS, event.timestampMs());
        process(exchange);
    }

    @Override
    public void rejected(FrameRejected rejected) {
        Exchange exchange = exchange(rejected, rejected.frame().sessionId());
        frameHeaders(exchange.getMessage(), rejected.frame());
        // Not an event type of its own: the event of that name tells the same without the picture.
        exchange.getMessage().setHeader(InferenceConstants.EVENT_TYPE, SessionEvent.Type.FRAME_REJECTED.wireName());
        process(exchange);
    }

    private Exchange exchange(Object body, String sessionId) {
        Exchange exchange = createExchange(true);
        exchange.getMessage().setBody(body);
        exchange.getMessage().setHeader(InferenceConstants.SESSION_ID, sessionId);
        return exchange;
    }

    private static void frameHeaders(Message message, Frame frame) {
        message.setHeader(InferenceConstants.SEQUENCE, frame.sequence());
        message.setHeader(InferenceConstants.TIMESTAMP_MS, TimeUnit.MICROSECONDS.toMillis(frame.timestampMicros()));
        message.setHeader(InferenceConstants.SOURCE, frame.origin().source());
    }

    private void process(Exchange exchange) {
        try {
            getProcessor().process(exchange);
        } catch (Exception e) {
            exchange.setException(e);
        }
        boolean stopping = exchange.getException() instanceof RejectedExecutionException
                && getEndpoint().getCamelContext().getStatus().isStopping();
        // What still waited for a route that had to be forced to stop is lost with it, and not worth a line each.
        if (exchange.getException() != null && !stopping) {
            getExceptionHandler().handleException("a route of " + getEndpoint() + " failed", exchange, exchange.getException());
        }
    }
}
