package dev.caravan.processors.inference;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.processors.TraceContext;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionRefusedException;
import dev.caravan.processors.session.Sessions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;

/**
 * Hands a body to the session named in the header {@code CaravanSessionId}, or in the body itself: a {@link Frame} is offered, a
 * {@link Control} - or a JSON object as map, text or bytes - updates parameters, its good keys at least. Never blocks.
 */
public class InferenceProducer extends DefaultProducer {

    private static final String KAFKA = "kafka:";

    private final Sessions sessions;
    private final InferenceConfiguration configuration;

    public InferenceProducer(InferenceEndpoint endpoint, Sessions sessions) {
        super(endpoint);
        this.sessions = sessions;
        this.configuration = endpoint.getConfiguration();
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        switch (message.getBody()) {
            case Frame frame -> offer(id(message, frame.sessionId()), frame);
            case Control control -> control(message, control);
            case null -> throw nothingToHandOver(exchange, "nothing");
            case Object body -> {
                Map<String, Object> update = JsonUpdates.read(body)
                        .orElseThrow(() -> nothingToHandOver(exchange, body.getClass().getName()));
                control(message, control(exchange, update));
            }
        }
    }

    private void offer(String id, Frame frame) throws SessionRefusedException {
        Optional<Session> session = sessions.find(id);
        if (session.isPresent()) {
            session.get().offer(frame);
        } else if (!configuration.isOpen()) {
            throw unknown(id);
        } else if (sessions.coolingDown(id)) {
            sessions.droppedInCoolDown();
        } else {
            open(id, frame).offer(frame);
        }
    }

    private Session open(String id, Frame frame) throws SessionRefusedException {
        try {
            return sessions.open(OpenByFrame.request(id, frame.origin(), nodeIds(), configuration.getMode()));
        } catch (SessionRefusedException e) {
            // Another thread may have opened it with the frame before.
            return sessions.find(id).orElseThrow(() -> e);
        }
    }

    private void control(Message message, Control control) throws SessionRefusedException {
        String id = id(message, control.sessionId());
        Session.Receipt receipt = sessions.find(id).orElseThrow(() -> unknown(id)).control(control, false);
        message.setHeader(InferenceConstants.CONTROL_OFFSET, receipt.offset());
    }

    private Control control(Exchange exchange, Map<String, Object> update) throws SessionRefusedException {
        Message message = exchange.getMessage();
        String source = message.getHeader(InferenceConstants.SOURCE, "route:" + exchange.getFromRouteId(), String.class);
        Control.Door door = source.startsWith(KAFKA) ? Control.Door.KAFKA : Control.Door.ROUTE;
        Origin origin = Origin.of(source);
        Origin traced = TraceContext.read(message.getHeader(TraceContext.HEADER)).map(context -> context.on(origin)).orElse(origin);
        return new Control(id(message, ""), door, traced, update);
    }

    private List<String> nodeIds() {
        String pipeline = configuration.getPipeline();
        return pipeline == null ? List.of() : Stream.of(pipeline.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
    }

    /** Header beats body. */
    private static String id(Message message, String otherwise) throws SessionRefusedException {
        String id = message.getHeader(InferenceConstants.SESSION_ID, otherwise, String.class);
        if (id.isEmpty()) {
            throw new SessionRefusedException(SessionRefusedException.Cause.BAD_ID,
                    "no session is named; set the header " + InferenceConstants.SESSION_ID);
        }
        return id;
    }

    private static SessionRefusedException unknown(String id) {
        String shown = id.length() > 64 ? id.substring(0, 64) + "..." : id;
        return new SessionRefusedException(SessionRefusedException.Cause.UNKNOWN_SESSION, "Session " + shown + " not found");
    }

    private static InvalidPayloadException nothingToHandOver(Exchange exchange, String got) {
        return new InvalidPayloadException(exchange, Frame.class, exchange.getMessage(), new IllegalArgumentException(
                "inference: takes a Frame, a Control or a JSON object, not " + got + "; encoded pictures become frames by unmarshal frames"));
    }
}
