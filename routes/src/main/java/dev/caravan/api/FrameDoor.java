package dev.caravan.api;

import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.CaravanHeaders;
import dev.caravan.processors.TraceContext;
import dev.caravan.processors.frames.FrameHeaders;
import dev.caravan.processors.frames.PictureFormat;
import dev.caravan.processors.session.Sessions;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/** The two ends of the route {@code rest-frames}: a posted picture comes in as bytes with headers of ours, and the client gets its answer. */
public final class FrameDoor {

    private static final PathTemplate PATH = new PathTemplate("/api/v1/sessions/{id}/frames");
    private static final String ANY_BYTES = "application/octet-stream";
    /** What a client may say about its picture besides the content type; whoever reads it checks it. */
    private static final List<String> TAKEN =
            List.of(FrameHeaders.SEQUENCE, FrameHeaders.TIMESTAMP_MS, FrameHeaders.WIDTH, FrameHeaders.HEIGHT, TraceContext.HEADER);

    private final Sessions sessions;
    private final int maxBytes;

    /** @param maxBytes of one picture */
    public FrameDoor(Sessions sessions, int maxBytes) {
        this.sessions = sessions;
        this.maxBytes = maxBytes;
    }

    /**
     * Makes the exchange fit for the data format {@code frames}. The session is taken from the path and the headers from the request
     * itself, not from Camel headers, which a client can set.
     *
     * @throws ApiError 404, 413, 415 or 400 for a request that is refused
     */
    public void enter(Exchange exchange) {
        Request request = ApiExchange.read(exchange, PATH);
        String id = request.path("id");
        if (sessions.find(id).isEmpty()) {
            throw ApiError.notFound("Session " + id + " not found");
        }
        String type = request.header("content-type").orElse(ANY_BYTES);
        if (!type.equalsIgnoreCase(ANY_BYTES) && PictureFormat.of(type).isEmpty()) {
            throw new ApiError(415, "Unsupported content type: send image/jpeg, image/png, image/webp, video/raw;format=rgb24 or"
                    + " video/raw;format=i420");
        }
        if (request.body().length > maxBytes) {
            throw new ApiError(413, "The picture takes " + request.body().length + " bytes; at most " + maxBytes + " are accepted");
        }
        if (!request.hasBody()) {
            throw ApiError.badRequest("The body is empty: send the bytes of a picture");
        }
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(CaravanHeaders.SESSION_ID, id);
        message.setHeader(CaravanHeaders.SOURCE, "rest");
        message.setHeader(FrameHeaders.CONTENT_TYPE, type);
        TAKEN.forEach(name -> request.header(name).ifPresent(value -> message.setHeader(name, value)));
        message.setBody(request.body());
    }

    /** Answers 202. */
    public void accepted(Exchange exchange) {
        Frame frame = exchange.getMessage().getBody(Frame.class);
        ApiExchange.write(exchange, Reply.json(202, Map.of(
                "status", "accepted", "session_id", frame.sessionId(), "sequence", frame.sequence())));
    }
}
