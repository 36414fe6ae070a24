package dev.caravan.inference.pipeline;

import dev.caravan.inference.pipeline.ParameterTable.Leniency;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one value may be. A rule gives the value back in the one form the hub keeps it in, deeply immutable, or refuses it and says why in
 * the words clients of the contract know. Every rule bounds what it accepts: values come from anybody.
 */
sealed interface Rule {

    /** The value as the hub keeps it, or empty when it was refused. */
    Optional<Object> check(@Nullable Object value, Findings at);

    static Rule choice(String... values) {
        return new Choice(List.of(values));
    }

    static Rule number(double min, double max) {
        return new Num(min, max);
    }

    static Rule text(int maxChars) {
        return new Text(maxChars);
    }

    static Rule listOf(Rule item, int max) {
        return new ListOf(item, 0, max);
    }

    static Rule object(Field... fields) {
        return new Fields(List.of(fields));
    }

    /** True or false, also as 0, 1 or the usual words. */
    record Flag() implements Rule {
        private static final Set<String> YES = Set.of("1", "true", "t", "yes", "y", "on");
        private static final Set<String> NO = Set.of("0", "false", "f", "no", "n", "off");

        @Override
        public Optional<Object> check(@Nullable Object value, Findings at) {
            return switch (value) {
                case Boolean b -> Optional.of(b);
                case Number n when n.doubleValue() == 0 || n.doubleValue() == 1 -> Optional.of(n.doubleValue() == 1);
                case String s when YES.contains(s.toLowerCase(Locale.ROOT)) -> Optional.of(true);
                case String s when NO.contains(s.toLowerCase(Locale.ROOT)) -> Optional.of(false);
                case String s -> at.refuse("bool_parsing", "Input should be a valid boolean, unable to interpret input", s);
                case Number n -> at.refuse("bool_parsing", "Input should be a valid boolean, unable to interpret input", n);
                case null, default -> at.refuse("bool_type", "Input should be a valid boolean", value);
            };
        }
    }

    /** A finite number within a closed range; kept as {@code Double}. */
    record Num(double min, double max) implements Rule {
        @Override
        public Optional<Object> check(@Nullable Object value, Findings at) {
            return Numbers.read(value, "float", "number", at)
                    .flatMap(number -> Numbers.inRange(number.doubleValue(), min, max, number.doubleValue(), value, at));
        }
    }

    /** A whole number within a closed range of {@code int}; kept as {@code Integer}. */
    record Whole(int min, int max) implements Rule {
        @Override
        public Optional<Object> check(@Nullable Object value, Findings at) {
            return Numbers.read(value, "int", "integer", at)
                    .flatMap(number -> Numbers.isWhole(number)
                            ? Numbers.inRange(number.doubleValue(), min, max, number.intValue(), value, at)
                            : at.refuse("int_from_float", "Input should be a valid integer, got a number with a fractional part", value));
        }
    }

    /** One of a few words. */
    record Choice(List<String> values) implements Rule {
        @Override
        public Optional<Object> check(@Nullable Object value, Findings at) {
            if (value instanceof String s && values.contains(s)) {
                return Optional.of(s);
            }
            List<String> quoted = values.stream().map(v -> "'" + v + "'").toList();
            String head = quoted.stream().limit(quoted.size() - 1L).collect(Collectors.joining(", "));
            return at.refuse("literal_error", "Input should be " + (head.isEmpty() ? "" : head + " or ") + quoted.getLast(), value);
        }
    }

    /** Text of bounded length. */
    record Text(int maxChars) implements Rule {
        @Override
        public Optional<Object> check(@Nullable Object value, Findings at) {
            if (!(value instanceof String s)) {
                return at.refuse("string_type", "Input should be a valid string", value);
            }
            return s.length() <= maxChars
                    ? Optional.of(s)
                    : at.refuse("string_too_long", "String should have at most " + maxChars + " characters", value);
        }
    }

    /** Text of a fixed shape, which bounds its length. */
    record Matching(Pattern pattern) implements Rule {
        Matching(String regex) {
            this(Pattern.compile(regex));
        }

        @Override
        public Optional<Object> check(@Nullable Object value, Findings at) {
            if (!(value instanceof String s)) {
                return at.refuse("string_type", "Input should be a valid string", value);
            }
            return pattern.matcher(s).matches()
                    ? Optional.of(s)
                    : at.refuse("string_pattern_mismatch", "String should match pattern '^" + pattern + "$'", value);
        }
    }

    /** A list of values of one kind. */
    record ListOf(Rule item, int min, int max) implements Rule {
        @Override
        public Optional<Object> check(@Nullable Object value, Findings at) {
            if (!(value instanceof List<?> list)) {
                return at.refuse("list_type", "Input should be a valid list", value);
            }
            if (list.size() > max) {
                return at.refuse("too_long", "List should have at most " + items(max) + " after validation, not " + list.size(), value);
            }
            if (list.size() < min) {
                return at.refuse("too_short", "List should have at least " + items(min) + " after validation, not " + list.size(), value);
            }
            List<Object> good = new ArrayList<>(list.size());
            for (int i = 0; i < list.size(); i++) {
                item.check(list.get(i), at.child(i)).ifPresent(good::add);
            }
            return good.size() == list.size() ? Optional.of(List.copyOf(good)) : Optional.empty();
        }

        private static String items(int n) {
            return n + (n == 1 ? " item" : " items");
        }
    }

    /** A weighted blend of prompts; lenient doors also take it as plain text. */
    record Prompts(int max, Rule prompt) implements Rule {
        @Override
        public Optional<Object> check(@Nullable Object value, Findings at) {
            Object list = value;
            if (at.leniency() == Leniency.LENIENT) {
                list = value instanceof String ? List.of(value) : value;
                if (list instanceof List<?> items && items.size() <= max) {
                    list = items.stream().map(item -> item instanceof String ? Map.of("text", item) : item).toList();
                }
            }
            return new ListOf(prompt, 0, max).check(list, at);
        }
    }

    /** An object of known fields; others are left out. */
    record Fields(List<Field> fields) implements Rule {
        @Override
        public Optional<Object> check(@Nullable Object value, Findings at) {
            if (!(value instanceof Map<?, ?> map)) {
                return at.refuse(
                        "model_attributes_type", "Input should be a valid dictionary or object to extract fields from", value);
            }
            Map<String, Object> good = new LinkedHashMap<>();
            boolean refused = false;
            for (Field field : fields) {
                if (map.containsKey(field.name())) {
                    Optional<Object> checked = field.rule().check(map.get(field.name()), at.child(field.name()));
                    checked.ifPresent(v -> good.put(field.name(), v));
                    refused |= checked.isEmpty();
                } else if (field.required()) {
                    at.child(field.name()).refuse("missing", "Field required", value);
                    refused = true;
                } else {
                    field.otherwise(at.leniency()).ifPresent(v -> good.put(field.name(), v));
                }
            }
            return refused ? Optional.empty() : Optional.of(Collections.unmodifiableMap(good));
        }
    }

    /** An object of free names with values of one kind. */
    record MapOf(Rule value, int max) implements Rule {
        @Override
        public Optional<Object> check(@Nullable Object given, Findings at) {
            if (!(given instanceof Map<?, ?> map)) {
                return at.refuse("dict_type", "Input should be a valid dictionary", given);
            }
            if (map.size() > max) {
                return at.refuse(
                        "too_long", "Dictionary should have at most " + max + " items after validation, not " + map.size(), given);
            }
            Map<String, Object> good = new LinkedHashMap<>();
            map.forEach((name, v) -> value.check(v, at.child(String.valueOf(name))).ifPresent(c -> good.put(String.valueOf(name), c)));
            return good.size() == map.size() ? Optional.of(Collections.unmodifiableMap(good)) : Optional.empty();
        }
    }

    /** Any JSON value of bounded size, handed on as it is. */
    record Anything(int maxBytes) implements Rule {
        @Override
        public Optional<Object> check(@Nullable Object value, Findings at) {
            try {
                return Optional.ofNullable(BoundedJson.copy(value, maxBytes));
            } catch (BoundedJson.RefusedException e) {
                return at.refuse(e.type(), e.getMessage(), value);
            }
        }
    }

    /** Any JSON object of bounded size, handed on as it is; who uses it checks what is inside. */
    record AnyObject(int maxBytes) implements Rule {
        @Override
        public Optional<Object> check(@Nullable Object value, Findings at) {
            return value instanceof Map<?, ?>
                    ? new Anything(maxBytes).check(value, at)
                    : at.refuse("dict_type", "Input should be a valid dictionary", value);
        }
    }

    /**
     * One field of an object.
     *
     * @param strict  its value where a strict door leaves it out, if it has one
     * @param lenient the same for a lenient door
     */
    record Field(String name, Rule rule, boolean required, Optional<Object> strict, Optional<Object> lenient) {

        static Field required(String name, Rule rule) {
            return new Field(name, rule, true, Optional.empty(), Optional.empty());
        }

        static Field optional(String name, Rule rule) {
            return new Field(name, rule, false, Optional.empty(), Optional.empty());
        }

        static Field withDefault(String name, Rule rule, Object value) {
            return withDefault(name, rule, value, value);
        }

        static Field withDefault(String name, Rule rule, Object strict, Object lenient) {
            return new Field(name, rule, false, Optional.of(strict), Optional.of(lenient));
        }

        Optional<Object> otherwise(Leniency leniency) {
            return leniency == Leniency.STRICT ? strict : lenient;
        }
    }
}
