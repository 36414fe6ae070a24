package dev.caravan.api;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * One HTTP answer.
 *
 * @param status  200 to 599
 * @param body    what to send
 * @param headers further headers; {@code Content-Type} and {@code Content-Length} follow from the body
 */
public record Reply(int status, Body body, Map<String, String> headers) {

    public Reply {
        headers = Map.copyOf(headers);
    }

    /** 200 with maps, lists, records, nodes, ... as JSON; nulls are written out. */
    public static Reply json(Object value) {
        return json(200, value);
    }

    public static Reply json(int status, Object value) {
        return new Reply(status, new Bytes("application/json", Json.write(value)), Map.of());
    }

    /** 204. */
    public static Reply noContent() {
        return new Reply(204, new Nothing(), Map.of());
    }

    /** 200, plain text. */
    public static Reply text(String text) {
        return bytes("text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
    }

    /** 200. The bytes are not copied. */
    public static Reply bytes(String contentType, byte[] bytes) {
        return new Reply(200, new Bytes(contentType, bytes), Map.of());
    }

    /** 200 (or 206, 304, 416: ranges and validators are answered here) with a file that the caller made sure may be read. */
    public static Reply file(String contentType, Path file) {
        return new Reply(200, new File(contentType, file), Map.of());
    }

    /** The same with one more header. */
    public Reply with(String header, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(header, value);
        return new Reply(status, body, more);
    }

    /** What an answer carries. */
    public sealed interface Body {}

    /** An empty body. */
    public record Nothing() implements Body {}

    /** Bytes in memory. */
    public record Bytes(String contentType, byte[] bytes) implements Body {}

    /** A file, streamed. */
    public record File(String contentType, Path path) implements Body {}
}
