package dev.caravan.processors.frames;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.processors.CaravanHeaders;
import dev.caravan.processors.EpochMicros;
import dev.caravan.processors.TraceContext;
import dev.caravan.processors.session.Sessions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.StreamCache;
import org.apache.camel.component.kafka.KafkaConstants;
import org.jspecify.annotations.Nullable;

/** Makes frames of message bodies and headers. Files stay encoded; only their header is looked at. Thread-safe. */
final class FrameReader {


    /** What clients send that do not know better; the bytes decide then. */
    private static final String ANY_BYTES = "application/octet-stream";

    /** 31 December 9999: microseconds still fit a long by far. */
    private static final long LAST_TIMESTAMP_MS = 253_402_300_799_999L;

    private final PictureLimits limits;
    private final PictureProbe probe;
    private final InstantSource clock;
    private final AtomicLong sequence = new AtomicLong();

    FrameReader(PictureLimits limits, InstantSource clock) {
        this.limits = limits;
        this.probe = new PictureProbe(limits);
        this.clock = clock;
    }

    Frame read(Exchange exchange, @Nullable Object body) throws BadPictureException, IOException {
        Message message = exchange.getMessage();
        WireHeaders headers = new WireHeaders(message);
        String sessionId = sessionId(headers);
        Optional<PictureFormat> format = format(headers);
        Picture picture = picture(headers, format, bytes(exchange, body));
        long arrived = EpochMicros.now(clock);
        long time = timestampMs(headers).stream().map(ms -> ms * 1000).findFirst().orElse(arrived);
        return Frame.incoming(sessionId, sequence(headers), time, origin(exchange, headers), picture, arrived);
    }

    private Picture picture(WireHeaders headers, Optional<PictureFormat> format, byte[] bytes) throws BadPictureException {
        if (format.isEmpty() || !format.get().raw()) {
            return probe.check(format, bytes);
        }
        int width = pixels(headers, FrameHeaders.WIDTH, limits.maxWidth());
        int height = pixels(headers, FrameHeaders.HEIGHT, limits.maxHeight());
        limits.checkSize(width, height);
        boolean rgb = format.get() == PictureFormat.RGB24;
        int wanted = rgb ? Math.multiplyExact(Math.multiplyExact(width, height), 3) : Picture.I420.size(width, height);
        if (bytes.length != wanted) {
            throw new BadPictureException(format.get() + " of " + width + "x" + height + " takes " + wanted + " bytes; "
                    + bytes.length + " given");
        }
        return rgb ? new Picture.Rgb24(width, height, bytes) : new Picture.I420(width, height, bytes);
    }

    private static int pixels(WireHeaders headers, String name, int max) throws BadPictureException {
        OptionalLong value = headers.number(name, 1, max);
        if (value.isEmpty()) {
            throw new BadPictureException("a raw picture needs the header " + name);
        }
        return (int) value.getAsLong();
    }

    private static Optional<PictureFormat> format(WireHeaders headers) throws BadPictureException {
        Optional<String> declared = headers.text(FrameHeaders.CONTENT_TYPE).filter(t -> !t.equalsIgnoreCase(ANY_BYTES));
        if (declared.isEmpty()) {
            return Optional.empty();
        }
        Optional<PictureFormat> format = PictureFormat.of(declared.get());
        if (format.isEmpty()) {
            throw new BadPictureException("content-type \"" + WireHeaders.shown(declared.get())
                    + "\" is not accepted; send image/jpeg, image/png, image/webp, video/raw;format=rgb24 or video/raw;format=i420");
        }
        return format;
    }

    private static String sessionId(WireHeaders headers) throws BadPictureException {
        Optional<String> id = headers.text(CaravanHeaders.SESSION_ID);
        if (id.isEmpty()) {
            id = headers.text(KafkaConstants.KEY);
        }
        if (id.isEmpty()) {
            throw new BadPictureException("no session: the record needs a key, or the message the header " + CaravanHeaders.SESSION_ID);
        }
        if (!Sessions.ID.matcher(id.get()).matches()) {
            throw new BadPictureException("session \"" + WireHeaders.shown(id.get())
                    + "\" is not accepted; use 1 to 64 letters, digits, dots, dashes or underscores");
        }
        return id.get();
    }

    /** The sender's number; else the record's offset, which rises and survives redelivery; else our own count. */
    private long sequence(WireHeaders headers) throws BadPictureException {
        for (String name : new String[] {CaravanHeaders.SEQUENCE, FrameHeaders.SEQUENCE, KafkaConstants.OFFSET}) {
            OptionalLong value = headers.number(name, 0, Long.MAX_VALUE);
            if (value.isPresent()) {
                return value.getAsLong();
            }
        }
        return sequence.getAndIncrement();
    }

    /** The sender's time; else the record's; else none. */
    private static OptionalLong timestampMs(WireHeaders headers) throws BadPictureException {
        for (String name : new String[] {CaravanHeaders.TIMESTAMP_MS, FrameHeaders.TIMESTAMP_MS}) {
            OptionalLong value = headers.number(name, 0, LAST_TIMESTAMP_MS);
            if (value.isPresent()) {
                return value;
            }
        }
        // Kafka writes -1 for a record without a time.
        boolean recorded = headers.message().getHeader(KafkaConstants.TIMESTAMP) instanceof Long ms && ms >= 0 && ms <= LAST_TIMESTAMP_MS;
        return recorded ? OptionalLong.of((Long) headers.message().getHeader(KafkaConstants.TIMESTAMP)) : OptionalLong.empty();
    }

    private static Origin origin(Exchange exchange, WireHeaders headers) throws BadPictureException {
        Map<String, Object> details = new LinkedHashMap<>();
        putIfPresent(details, "topic", headers, KafkaConstants.TOPIC);
        putIfPresent(details, "partition", headers, KafkaConstants.PARTITION);
        putIfPresent(details, "offset", headers, KafkaConstants.OFFSET);
        TraceContext.read(headers.message().getHeader(TraceContext.HEADER)).ifPresent(context -> details.put(TraceContext.HEADER, context));
        Optional<String> source = headers.text(CaravanHeaders.SOURCE);
        if (source.isPresent()) {
            return new Origin(source.get(), details);
        }
        Object topic = details.get("topic");
        String route = exchange.getFromRouteId() == null ? "none" : exchange.getFromRouteId();
        return new Origin(topic == null ? "route:" + route : "kafka:" + topic, details);
    }

    private static void putIfPresent(Map<String, Object> details, String key, WireHeaders headers, String header) {
        Object value = headers.message().getHeader(header);
        if (value instanceof String || value instanceof Number) {
            details.put(key, value);
        }
    }

    /** The whole body, but never more than one byte above the limit. */
    private byte[] bytes(Exchange exchange, @Nullable Object body) throws BadPictureException, IOException {
        return switch (body) {
            case byte[] bytes -> bytes;
            case ByteBuffer buffer -> {
                limits.checkBytes(buffer.remaining());
                byte[] bytes = new byte[buffer.remaining()];
                buffer.duplicate().get(bytes);
                yield bytes;
            }
            case StreamCache cache when cache instanceof InputStream stream -> {
                // Others may have read it, and others may want to read it again: a dead-letter route, for one.
                cache.reset();
                byte[] bytes = bounded(stream);
                cache.reset();
                yield bytes;
            }
            case InputStream stream -> bounded(stream);
            case null -> throw new BadPictureException("the picture is empty");
            default -> {
                InputStream stream = exchange.getContext().getTypeConverter().tryConvertTo(InputStream.class, exchange, body);
                if (stream == null) {
                    throw new BadPictureException("a picture is bytes; a " + body.getClass().getSimpleName() + " given");
                }
                try (stream) {
                    yield bounded(stream);
                }
            }
        };
    }

    private byte[] bounded(InputStream stream) throws BadPictureException, IOException {
        byte[] bytes = stream.readNBytes(limits.maxBytes());
        if (bytes.length == limits.maxBytes() && stream.read() >= 0) {
            throw new BadPictureException("the picture takes more than the " + limits.maxBytes() + " bytes that are accepted");
        }
        return bytes;
    }
}
