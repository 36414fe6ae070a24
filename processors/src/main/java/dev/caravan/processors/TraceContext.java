package dev.caravan.processors;

import dev.caravan.inference.frame.Origin;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which trace something belongs to, as W3C Trace Context has it: the header {@code traceparent} of requests and records, and a detail of
 * that name in the {@link Origin} of a frame or control that is followed. All others carry none. The header {@code tracestate} is not read.
 *
 * @param traceId 32 lower-case hexadecimal digits, not all 0
 * @param spanId  of what caused it: 16 such digits, not all 0
 * @param sampled whether it is followed
 */
public record TraceContext(String traceId, String spanId, boolean sampled) {

    /** Name of the header, in requests, records and exchanges, and of the detail. */
    public static final String HEADER = "traceparent";

    private static final int LENGTH = 55;
    /** Later versions may append fields, which are not read. */
    private static final int MAX_LENGTH = 256;
    private static final int SPAN = 36;
    private static final int FLAGS = 53;

    /**
     * Reads a header of a stranger.
     *
     * @param value text or bytes, or null
     * @return empty for what is absent or no {@code traceparent}, which is no error: its sender is not followed
     */
    public static Optional<TraceContext> read(@Nullable Object value) {
        return switch (value) {
            case String text -> parse(text);
            case byte[] bytes when bytes.length <= MAX_LENGTH -> parse(new String(bytes, StandardCharsets.ISO_8859_1));
            case null, default -> Optional.empty();
        };
    }

    private static Optional<TraceContext> parse(String text) {
        boolean whole = text.length() == LENGTH
                || text.length() > LENGTH && text.length() <= MAX_LENGTH && !text.startsWith("00") && text.charAt(LENGTH) == '-';
        if (!whole || text.startsWith("ff") || !hex(text, 0, 2) || !hex(text, 3, 35) || !hex(text, SPAN, 52) || !hex(text, FLAGS, LENGTH)) {
            return Optional.empty();
        }
        if (text.charAt(2) != '-' || text.charAt(35) != '-' || text.charAt(52) != '-' || zero(text, 3, 35) || zero(text, SPAN, 52)) {
            return Optional.empty();
        }
        boolean sampled = (Character.digit(text.charAt(FLAGS + 1), 16) & 1) == 1;
        return Optional.of(new TraceContext(text.substring(3, 35), text.substring(SPAN, 52), sampled));
    }

    private static boolean hex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean zero(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) != '0') {
                return false;
            }
        }
        return true;
    }

    /** What a frame or control carries. Costs next to nothing for those that carry none. */
    public static Optional<TraceContext> of(Origin origin) {
        return origin.details().get(HEADER) instanceof TraceContext context ? Optional.of(context) : Optional.empty();
    }

    /** The same origin, of something that belongs to this trace. */
    public Origin on(Origin origin) {
        Map<String, Object> details = new HashMap<>(origin.details());
        details.put(HEADER, this);
        return new Origin(origin.source(), details);
    }

    /** The value of the header, in version 00. */
    @Override
    public String toString() {
        return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }
}
