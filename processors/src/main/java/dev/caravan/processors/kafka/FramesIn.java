package dev.caravan.processors.kafka;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.CaravanHeaders;
import dev.caravan.processors.session.FrameRejected;
import dev.caravan.processors.session.SessionRefusedException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * The rules of {@code caravan.frames.in} (DESIGN §4), as the routes call them: what may pass, what is dropped and counted, what is
 * dead-lettered with its reason. Thread-safe.
 */
public final class FramesIn {

    private static final String RECORD = "CaravanKafkaRecord";
    private static final String SEQUENCE = "caravan-seq";
    private static final String TIMESTAMP = "caravan-timestamp-ms";
    private static final String CONTENT_TYPE = "content-type";

    private final Duration ageLimit;
    private final InstantSource clock;
    private final Counts counts;
    private final Outlet dead;
    private final SequenceMemory sequences = new SequenceMemory();

    /**
     * @param ageLimit older frames are dropped; zero takes any
     * @param dead     the way to the dead-letter topic
     */
    FramesIn(Duration ageLimit, InstantSource clock, Counts counts, Outlet dead) {
        this.ageLimit = ageLimit;
        this.clock = clock;
        this.counts = counts;
        this.dead = dead;
    }

    /**
     * Lets the frame go on to its session. A stale or repeated one is counted and goes no further on its route.
     *
     * @throws BadRecordException for the dead-letter topic
     */
    public void admit(Exchange exchange) throws BadRecordException {
        InRecord record = InRecord.of(exchange);
        exchange.setProperty(RECORD, record);
        String session = record.sessionId().orElseThrow(() -> new BadRecordException(
                "the key must be a session id of 1 to 64 letters, digits, dots, dashes or underscores"));
        if (record.value() == null || record.value().length == 0) {
            throw new BadRecordException("the record has no picture");
        }
        long now = clock.millis();
        if (!ageLimit.isZero() && now - timestamp(record) > ageLimit.toMillis()) {
            drop(exchange, "frames_in_too_old");
            return;
        }
        Optional<Long> sequence = number(record, SEQUENCE);
        if (sequence.isPresent() && !sequences.isNew(session, sequence.get(), now)) {
            drop(exchange, "frames_in_repeated");
            return;
        }
        exchange.getMessage().setHeader(CaravanHeaders.SESSION_ID, session);
        counts.add("frames_in");
    }

    /** Makes a failed exchange the dead letter of its record, or stops it when nobody would miss it. */
    public void refused(Exchange exchange) {
        InRecord record = exchange.getProperty(RECORD, InRecord.class);
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        Optional<String> reason = reason(failure);
        if (record == null || reason.isEmpty()) {
            drop(exchange, "frames_in_session_closed");
            return;
        }
        DeadLetter.write(exchange, record, reason.get());
        dead.admit(exchange);
    }

    /** Makes the exchange the dead letter of a picture that a chunk could not decode; stops it when it is none, or none of Kafka's. */
    public void rejected(Exchange exchange) {
        if (!(exchange.getMessage().getBody() instanceof FrameRejected(Frame frame, String reason))
                || !(frame.origin().details().get("topic") instanceof String topic)
                || !(frame.picture() instanceof Picture.Encoded picture)) {
            exchange.setRouteStop(true);
            return;
        }
        Map<String, Object> details = frame.origin().details();
        List<Header> headers = List.of(
                header(CONTENT_TYPE, picture.contentType()),
                header(SEQUENCE, Long.toString(frame.sequence())),
                header(TIMESTAMP, Long.toString(frame.timestampMicros() / 1000)));
        InRecord record = new InRecord(
                topic,
                ((Number) details.getOrDefault("partition", -1)).intValue(),
                ((Number) details.getOrDefault("offset", -1L)).longValue(),
                frame.timestampMicros() / 1000,
                frame.sessionId().getBytes(StandardCharsets.US_ASCII),
                picture.data(),
                headers);
        DeadLetter.write(exchange, record, reason);
        dead.admit(exchange);
    }

    private void drop(Exchange exchange, String cause) {
        counts.add(cause);
        exchange.setRouteStop(true);
    }

    /** Empty: drop it silently. */
    private static Optional<String> reason(Exception failure) {
        return switch (failure) {
            case BadRecordException bad -> Optional.of(String.valueOf(bad.getMessage()));
            case BadPictureException bad -> Optional.of(String.valueOf(bad.getMessage()));
            case SessionRefusedException refused -> switch (refused.kind()) {
                case NOT_LOADED -> Optional.of("no pipeline loaded");
                // Closed by hand a moment ago: its producer has not heard of it yet.
                case CLOSED, UNKNOWN_SESSION, STOPPING -> Optional.empty();
                case LIMIT, BAD_ID -> Optional.of(String.valueOf(refused.getMessage()));
            };
            // The text of anything else may tell about our inside.
            default -> Optional.of("the frame could not be taken");
        };
    }

    private static long timestamp(InRecord record) throws BadRecordException {
        return number(record, TIMESTAMP).orElse(record.timestampMs());
    }

    private static Optional<Long> number(InRecord record, String name) throws BadRecordException {
        Optional<String> text = record.header(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.parseLong(text.get().strip()));
        } catch (NumberFormatException e) {
            throw new BadRecordException("the header " + name + " must be a whole number");
        }
    }

    private static Header header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
