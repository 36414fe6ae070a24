package dev.caravan.api;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.processors.session.SessionRefusedException;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;

/** Makes the contract's error bodies of what was thrown. */
public final class Failures {

    private Failures() {}

    /** The answer to a refusal, whose text is meant for the client; empty for everything unexpected. */
    static Optional<Reply> refusal(Throwable thrown) {
        return Optional.ofNullable(switch (thrown) {
            case ApiError e -> detail(e.status(), e.getMessage());
            case ValidationError e -> Reply.json(422, Map.of("detail", e.faults()));
            case SessionRefusedException e -> detail(status(e.kind()), e.getMessage());
            case PipelineException e -> detail(400, e.getMessage());
            case BadPictureException e -> detail(400, e.getMessage());
            default -> null;
        });
    }

    /** The answer to anything else: its text may name files or classes, so it goes to the log and not to the client. */
    static Reply internal(String where) {
        return detail(500, "Internal error" + where + ": see the hub's log");
    }

    static Reply detail(int status, String text) {
        return Reply.json(status, Map.of("detail", text));
    }

    /**
     * Makes the answer of an HTTP exchange whose route failed.
     *
     * @return whether it says all there is to say; otherwise it refers to the log
     */
    public static boolean answer(Exchange exchange, Throwable thrown) {
        Optional<Reply> refusal = refusal(thrown);
        ApiExchange.write(exchange, refusal.orElseGet(() -> internal("")));
        return refusal.isPresent();
    }

    private static int status(SessionRefusedException.Cause cause) {
        return switch (cause) {
            case UNKNOWN_SESSION, CLOSED -> 404;
            case NOT_LOADED, BAD_ID -> 400;
            case LIMIT, STOPPING -> 503;
        };
    }
}
