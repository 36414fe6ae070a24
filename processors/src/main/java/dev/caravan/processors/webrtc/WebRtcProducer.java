package dev.caravan.processors.webrtc;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.PictureDecoder;
import dev.caravan.processors.CaravanHeaders;
import dev.caravan.processors.session.FrameRejected;
import dev.caravan.processors.session.SessionEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultProducer;
import org.jspecify.annotations.Nullable;

/**
 * Sends what an exchange carries to the peers of the session in its header, or to the one peer in its header: a frame as video, an
 * event as the message clients know (most have none), text as a message. Returns in microseconds; a session without peers is fine.
 */
final class WebRtcProducer extends DefaultProducer {

    /** Time for the last message to reach the peers before they are closed. */
    private static final Duration FAREWELL = Duration.ofMillis(500);

    private static final String SOURCE_PREFIX = "webrtc:";
    private static final String PIPELINE_PREFIX = "pipeline:";

    WebRtcProducer(WebRtcEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public WebRtcEndpoint getEndpoint() {
        return (WebRtcEndpoint) super.getEndpoint();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        getEndpoint().getComponent().requirePeers(); // better now than with the first frame
    }

    @Override
    public void process(Exchange exchange) throws Exception {
        Message message = exchange.getMessage();
        switch (message.getBody()) {
            case Frame frame -> push(message, frame);
            case SessionEvent event -> tell(message, event);
            case FrameRejected _ -> { } // for dead-letter routes; a browser sends video and knows no single frame of it
            case String text -> send(message, text);
            case byte[] bytes -> send(message, new String(bytes, StandardCharsets.UTF_8));
            case null -> throw new IllegalArgumentException("webrtc: sends a Frame, a SessionEvent or a JSON object; the body is empty");
            default -> throw new IllegalArgumentException("webrtc: sends a Frame, a SessionEvent or a JSON object; "
                    + message.getBody().getClass().getName() + " given");
        }
    }

    private void push(Message message, Frame frame) throws Exception {
        Peers peers = peers();
        Optional<String> peer = header(message, CaravanHeaders.PEER_ID);
        Frame ready = frame.picture() instanceof Picture.Encoded encoded ? frame.with(decode(encoded)) : frame;
        if (peer.isPresent()) {
            peers.pushTo(peer.get(), ready);
        } else {
            peers.push(header(message, CaravanHeaders.SESSION_ID).orElse(frame.sessionId()), ready);
        }
    }

    private Picture decode(Picture.Encoded encoded) throws Exception {
        @Nullable PictureDecoder decoder = getEndpoint().getComponent().getDecoder();
        if (decoder == null) {
            throw new IllegalArgumentException("webrtc: found no " + PictureDecoder.class.getName() + " in the registry to decode "
                    + encoded.contentType() + " with; bind one");
        }
        return decoder.decode(encoded);
    }

    private void tell(Message message, SessionEvent event) {
        Peers peers = peers();
        String session = header(message, CaravanHeaders.SESSION_ID).orElse(event.sessionId());
        Map<String, Object> data = event.data();
        switch (event.type()) {
            case STREAM_STOPPED -> {
                Optional<String> error = Optional.ofNullable(data.get("error_message")).map(Object::toString);
                peers.sendToSession(session, PeerMessages.streamStopped(error), false);
                peers.closeSession(session, "the session ended", FAREWELL);
            }
            case PARAMETERS_UPDATED -> peers.sendToSession(
                    session, PeerMessages.parametersUpdated(Objects.requireNonNullElse(data.get("parameters"), Map.of())), true);
            case REJECTED -> {
                String source = data.get("source") instanceof String text ? text : "";
                Object errors = Objects.requireNonNullElse(data.get("errors"), List.of());
                if (source.startsWith(SOURCE_PREFIX)) {
                    peers.send(source.substring(SOURCE_PREFIX.length()), PeerMessages.parametersRejected(errors));
                } else if (source.startsWith(PIPELINE_PREFIX)) {
                    // Who sent what a chunk was to be made with is not known any more: whoever may send it is told.
                    peers.sendToSession(session, PeerMessages.parametersRejected(errors), true);
                }
            }
            default -> { } // clients know no message for the others
        }
    }

    private void send(Message message, String json) {
        if (PeerMessages.object(json).isEmpty()) {
            throw new IllegalArgumentException("webrtc: a message to peers is one JSON object");
        }
        Optional<String> peer = header(message, CaravanHeaders.PEER_ID);
        if (peer.isPresent()) {
            peers().send(peer.get(), json);
        } else {
            peers().sendToSession(
                    header(message, CaravanHeaders.SESSION_ID).orElseThrow(() -> new IllegalArgumentException("webrtc: set the header "
                            + CaravanHeaders.SESSION_ID + " or " + CaravanHeaders.PEER_ID)),
                    json,
                    false);
        }
    }

    private Peers peers() {
        return getEndpoint().getComponent().requirePeers();
    }

    private static Optional<String> header(Message message, String name) {
        return Optional.ofNullable(message.getHeader(name, String.class));
    }
}
