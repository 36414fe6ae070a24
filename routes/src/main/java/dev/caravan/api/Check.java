package dev.caravan.api;

import java.util.Map;
import java.util.function.Supplier;

/**
 * How one part of the hub is doing.
 *
 * @param status {@code up}, {@code down}, {@code degraded} (it is away and the hub goes on without it), {@code off}, or a state's name
 * @param detail one line or a few values for a person; no secrets
 */
public record Check(String status, Map<String, Object> detail) {

    public static Check up(Map<String, Object> detail) {
        return new Check("up", detail);
    }

    public static Check down(String reason) {
        return new Check("down", Map.of("reason", reason));
    }

    /** Turned off by setting. */
    public static Check off() {
        return new Check("off", Map.of());
    }

    /** A named part that can be asked. Must answer at once. */
    public record Part(String name, Supplier<Check> check) {}
}
