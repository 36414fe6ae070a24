package dev.caravan.inference.model;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** The server asks for patience: 429 or 5xx. */
final class BusyException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Optional<Duration> retryAfter;

    BusyException(HttpResponse<?> response) {
        super("HTTP " + response.statusCode());
        this.retryAfter = response.headers().firstValue("Retry-After").flatMap(text -> parse(text, response));
    }

    /** Whether this status is one that passes. */
    static boolean is(int status) {
        return status == 408 || status == 429 || status / 100 == 5 && status != 501 && status != 505;
    }

    /** How long the server wants to be left alone; empty when it does not say. */
    Optional<Duration> retryAfter() {
        return retryAfter;
    }

    /** Seconds or a date; the date counts from the server's own, because its clock may differ from ours. */
    private static Optional<Duration> parse(String text, HttpResponse<?> response) {
        if (text.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            ZonedDateTime until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
            ZonedDateTime now = ZonedDateTime.parse(
                    response.headers().firstValue("Date").orElse(""), DateTimeFormatter.RFC_1123_DATE_TIME);
            Duration wait = Duration.between(now, until);
            return wait.isNegative() ? Optional.of(Duration.ZERO) : Optional.of(wait);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
