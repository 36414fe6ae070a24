package dev.caravan.inference.pipeline;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Numbers as strangers write them. */
final class Numbers {

    /** Longer ones are nonsense, and parsing takes quadratic time. */
    private static final int MAX_CHARS = 400;

    private Numbers() {}

    /**
     * The finite number a value stands for; otherwise an error of the contract's words and empty.
     *
     * @param kind {@code float} or {@code int}, as error types begin
     * @param noun {@code number} or {@code integer}, as messages call it
     */
    static Optional<BigDecimal> read(@Nullable Object value, String kind, String noun, Findings at) {
        Optional<BigDecimal> number = switch (value) {
            case Boolean b -> Optional.of(b ? BigDecimal.ONE : BigDecimal.ZERO);
            case Number n -> Double.isFinite(n.doubleValue()) ? Optional.of(exact(n)) : Optional.empty();
            case String s -> parse(s);
            case null, default -> Optional.empty();
        };
        if (number.isPresent() && Double.isFinite(number.get().doubleValue())) {
            return number;
        }
        if (value instanceof Number || number.isPresent()) {
            at.refuse("finite_number", "Input should be a finite number", value);
        } else if (value instanceof String) {
            String article = noun.startsWith("i") ? "an " : "a ";
            at.refuse(kind + "_parsing", "Input should be a valid " + noun + ", unable to parse string as " + article + noun, value);
        } else {
            at.refuse(kind + "_type", "Input should be a valid " + noun, value);
        }
        return Optional.empty();
    }

    static boolean isWhole(BigDecimal finite) {
        double value = finite.doubleValue();
        // Beyond the precision of a double every number counts as whole: it is out of every range here.
        return Math.abs(value) > 1L << 53 || value == Math.rint(value) && finite.compareTo(new BigDecimal(value)) == 0;
    }

    /** {@code kept} when the value lies in the closed range. */
    static Optional<Object> inRange(double value, double min, double max, Object kept, @Nullable Object given, Findings at) {
        if (value < min) {
            return at.refuse("greater_than_equal", "Input should be greater than or equal to " + plain(min), given);
        }
        if (value > max) {
            return at.refuse("less_than_equal", "Input should be less than or equal to " + plain(max), given);
        }
        return Optional.of(kept);
    }

    private static BigDecimal exact(Number number) {
        return switch (number) {
            case BigDecimal d -> d;
            case BigInteger i -> new BigDecimal(i);
            case Double d -> BigDecimal.valueOf(d);
            case Float f -> BigDecimal.valueOf(f);
            default -> BigDecimal.valueOf(number.longValue());
        };
    }

    private static Optional<BigDecimal> parse(String text) {
        try {
            return text.length() > MAX_CHARS ? Optional.empty() : Optional.of(new BigDecimal(text.strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Without a fraction where there is none: 1, 0.01. */
    private static String plain(double bound) {
        return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
    }
}
