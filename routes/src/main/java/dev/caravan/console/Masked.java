package dev.caravan.console;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.util.SensitiveUtils;

/**
 * Takes secrets out of what Camel says of its routes. Its JMX names hide them; the dumps of route definitions, which consoles draw
 * diagrams of, write addresses as their authors did, passwords included.
 */
final class Masked {

    private static final String MASK = "xxxxxx";

    /** Words that Camel itself takes for secrets, and the rest of the name they are part of. */
    private static final String SECRET = "(?:" + SensitiveUtils.getSensitivePattern() + "|authorization)[\\w.-]{0,40}";

    /** {@code password=...} in addresses and login modules, with or without quotes; the value may be {@code RAW(...)}. */
    private static final Pattern ASSIGNED = Pattern.compile(
            "(" + SECRET + "(?:(?:=|%3D)\\s*(?:&quot;|\\\\?[\"'])?|\\\\?[\"']\\s*:\\s*\\\\?[\"']))"
                    + "(RAW\\([^)]*\\)|RAW\\{[^}]*\\}|(?!&quot;)[^&\"'<>\\s,;\\\\]+)",
            Pattern.CASE_INSENSITIVE);
    /** {@code <property key="password" value="..."/>}. */
    private static final Pattern PROPERTY = Pattern.compile(
            "((?:key|name)=\"[^\"<>]{0,80}?" + SECRET + "\"[^<>]*?\\bvalue=\")([^\"]*)", Pattern.CASE_INSENSITIVE);
    /** {@code scheme://user:password@host}, also without the slashes. */
    private static final Pattern USER_INFO = Pattern.compile("(:(?://)?[^/@\\s\"'<>:?]{1,200}:)([^/@\\s\"'<>?]{1,200})(?=@)");
    private static final Pattern BEARER = Pattern.compile("\\b((?:Bearer|Basic)\\s+)[\\w.~+/=-]{8,}");

    private Masked() {}

    /** Masks every text in a JSON object, names of members included. */
    static void in(Map<String, Object> object) {
        Map<String, Object> renamed = new HashMap<>();
        object.forEach((name, value) -> renamed.put(text(name), value(value)));
        object.clear();
        object.putAll(renamed);
    }

    @SuppressWarnings("unchecked") // JSON objects have texts for names.
    private static Object value(Object value) {
        switch (value) {
            case null -> {
                return value;
            }
            case String text -> {
                return text(text);
            }
            case Map<?, ?> object -> in((Map<String, Object>) object);
            case List<?> list -> ((List<Object>) list).replaceAll(Masked::value);
            default -> {}
        }
        return value;
    }

    static String text(String text) {
        if (text.indexOf('=') < 0 && text.indexOf(':') < 0 && text.indexOf(' ') < 0) {
            return text;
        }
        String masked = USER_INFO.matcher(text).replaceAll("$1" + MASK);
        masked = PROPERTY.matcher(masked).replaceAll("$1" + MASK);
        masked = BEARER.matcher(masked).replaceAll("$1" + MASK);
        return ASSIGNED.matcher(masked).replaceAll("$1" + MASK);
    }
}
