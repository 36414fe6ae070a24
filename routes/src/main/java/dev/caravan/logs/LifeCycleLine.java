package dev.caravan.logs;

import java.io.Serial;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.logging.log4j.message.MapMessage;
import org.jspecify.annotations.Nullable;

/**
 * One line of the life-cycle log: {@code event=session.paused session=cam-1 reason="nobody watches"}.
 *
 * <p>Values may come from outside: each is cut at {@value #MAX_LENGTH} characters, and in the text form everything that could end a line,
 * steer a terminal or close a quote is escaped. A JSON layout takes the fields one by one and escapes them itself.
 */
public final class LifeCycleLine extends MapMessage<LifeCycleLine, Object> {

    /** Longest value, in characters. */
    static final int MAX_LENGTH = 256;

    @Serial
    private static final long serialVersionUID = 1L;

    private static final Pattern BARE = Pattern.compile("[A-Za-z0-9._:/@,+*-]+");

    // The parent keeps them in the order of the alphabet.
    private final Map<String, Object> inOrder;

    private LifeCycleLine(Map<String, Object> fields) {
        super(fields);
        this.inOrder = fields;
    }

    /** A line about something that happened, for example {@code session.paused}. */
    public static LifeCycleLine of(String event) {
        return new LifeCycleLine(Map.of()).and("event", event);
    }

    /**
     * The same with one more field.
     *
     * @param key   a name of ours, never one from outside
     * @param value number, truth value, text or list; null, empty text and empty lists leave the line as it is
     */
    public LifeCycleLine and(String key, @Nullable Object value) {
        Object shown = shown(value);
        if ("".equals(shown)) {
            return this;
        }
        Map<String, Object> more = new LinkedHashMap<>(inOrder);
        more.put(key, shown);
        return new LifeCycleLine(more);
    }

    @Override
    public LifeCycleLine newInstance(Map<String, Object> fields) {
        return new LifeCycleLine(new LinkedHashMap<>(fields));
    }

    @Override
    protected void appendMap(StringBuilder line) {
        String before = "";
        for (Map.Entry<String, Object> field : inOrder.entrySet()) {
            line.append(before).append(field.getKey()).append('=');
            append(String.valueOf(field.getValue()), line);
            before = " ";
        }
    }

    private static Object shown(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            // JSON has no word for what is no number or has no end.
            case Double number when !Double.isFinite(number) -> String.valueOf(number);
            case Number number -> number;
            case Boolean truth -> truth;
            case Collection<?> many -> cut(many.stream().map(String::valueOf).collect(Collectors.joining(",")));
            default -> cut(String.valueOf(value));
        };
    }

    private static String cut(String text) {
        if (text.length() <= MAX_LENGTH) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(MAX_LENGTH - 3)) ? MAX_LENGTH - 3 : MAX_LENGTH - 2;
        return text.substring(0, end) + "..";
    }

    private static void append(String value, StringBuilder line) {
        if (BARE.matcher(value).matches()) {
            line.append(value);
            return;
        }
        line.append('"');
        value.codePoints().forEach(point -> {
            if (point == '"' || point == '\\') {
                line.append('\\').appendCodePoint(point);
            } else if (steers(point)) {
                line.append(String.format("\\u%04x", point));
            } else {
                line.appendCodePoint(point);
            }
        });
        line.append('"');
    }

    /** Line ends, escapes of terminals, marks that turn the direction of text around, halves of pairs. */
    private static boolean steers(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE -> true;
            default -> false;
        };
    }
}
