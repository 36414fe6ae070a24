package dev.caravan.inference.pipeline;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A deep, immutable copy of a JSON value that gives up as soon as the value is too large or too deep, so that what a stranger sent
 * can be kept and nobody can change it afterwards.
 */
final class BoundedJson {

    private static final int MAX_DEPTH = 32;

    private final int maxBytes;
    private int left;

    private BoundedJson(int maxBytes) {
        this.maxBytes = maxBytes;
        this.left = maxBytes;
    }

    /**
     * @param maxBytes size as compact JSON in UTF-8, escapes not counted
     */
    static @Nullable Object copy(@Nullable Object value, int maxBytes) throws RefusedException {
        return new BoundedJson(maxBytes).walk(value, 0);
    }

    private @Nullable Object walk(@Nullable Object value, int depth) throws RefusedException {
        if (depth > MAX_DEPTH) {
            throw new RefusedException("recursion_loop", "Value is nested deeper than " + MAX_DEPTH + " levels");
        }
        return switch (value) {
            case null -> spend(4, null);
            case Boolean b -> spend(5, b);
            case String s -> spend(utf8(s), s);
            case Integer n -> spend(n.toString().length(), n);
            case Long n -> spend(n.toString().length(), n);
            case Short n -> spend(n.toString().length(), n);
            case Byte n -> spend(n.toString().length(), n);
            case Double n -> spend(finite(n), n);
            case Float n -> spend(finite(n.doubleValue()), n);
            case BigInteger n -> spend(n.bitLength() / 3 + 1, n);
            case BigDecimal n -> spend(n.precision() + 12, n);
            case List<?> list -> copyList(list, depth);
            case Map<?, ?> map -> copyMap(map, depth);
            default -> throw new RefusedException("json_type", "Input should be a valid JSON value");
        };
    }

    private List<@Nullable Object> copyList(List<?> list, int depth) throws RefusedException {
        List<@Nullable Object> out = new ArrayList<>();
        spend(2, null);
        for (Object item : list) {
            spend(1, null);
            out.add(walk(item, depth + 1));
        }
        return Collections.unmodifiableList(out);
    }

    private Map<String, @Nullable Object> copyMap(Map<?, ?> map, int depth) throws RefusedException {
        Map<String, @Nullable Object> out = new LinkedHashMap<>();
        spend(2, null);
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof String name)) {
                throw new RefusedException("string_type", "Keys should be valid strings");
            }
            spend(utf8(name) + 2, null);
            out.put(name, walk(entry.getValue(), depth + 1));
        }
        return Collections.unmodifiableMap(out);
    }

    private <T extends @Nullable Object> T spend(int bytes, T value) throws RefusedException {
        left -= bytes;
        if (left < 0) {
            throw new RefusedException("value_error", "Value should take at most " + maxBytes + " bytes as JSON");
        }
        return value;
    }

    /** Length with its quotes; does not encode what is too long anyway. */
    private int utf8(String s) {
        return s.length() > maxBytes ? s.length() : s.getBytes(StandardCharsets.UTF_8).length + 2;
    }

    private static int finite(double number) throws RefusedException {
        if (!Double.isFinite(number)) {
            throw new RefusedException("finite_number", "Input should be a finite number");
        }
        return Double.toString(number).length();
    }

    /** Why a value was not copied, in the contract's words. */
    static final class RefusedException extends Exception {

        private static final long serialVersionUID = 1L;

        private final String type;

        RefusedException(String type, String msg) {
            // No stack trace: this is an answer to a stranger, and strangers are many.
            super(msg, null, false, false);
            this.type = type;
        }

        String type() {
            return type;
        }
    }
}
