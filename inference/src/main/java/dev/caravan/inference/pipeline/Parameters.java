package dev.caravan.inference.pipeline;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A session's parameters as one chunk sees them (contract §2.6): immutable, already validated. Values are what JSON gives:
 * {@code String}, {@code Boolean}, {@code Number}, {@code List}, {@code Map}.
 */
public record Parameters(Map<String, Object> values) {

    public static final Parameters NONE = new Parameters(Map.of());

    public Optional<Object> get(String key) {
        return Optional.ofNullable(values.get(key));
    }

    public String string(String key, String otherwise) {
        return values.get(key) instanceof String s ? s : otherwise;
    }

    public boolean bool(String key, boolean otherwise) {
        return values.get(key) instanceof Boolean b ? b : otherwise;
    }

    public double number(String key, double otherwise) {
        return finite(values.get(key), otherwise);
    }

    /** Doors let no other numbers through, but a pipeline's caches must not depend on every route being a door. */
    private static double finite(@Nullable Object value, double otherwise) {
        return value instanceof Number n && Double.isFinite(n.doubleValue()) ? n.doubleValue() : otherwise;
    }

    /** The prompts in use, in order; empty when none was ever given. */
    public List<Prompt> prompts() {
        return prompts(values.get("prompts"));
    }

    /** The prompts a {@code transition} of this chunk moves to, or else the {@link #prompts()} in use. */
    public List<Prompt> promptsAfterTransition() {
        return values.get("transition") instanceof Map<?, ?> transition ? prompts(transition.get("target_prompts")) : prompts();
    }

    private static List<Prompt> prompts(@Nullable Object json) {
        return json instanceof List<?> list ? list.stream().map(Prompt::of).toList() : List.of();
    }

    /** Whether input frames are waited for, given the mode the pipeline prefers. */
    public boolean videoMode(String defaultMode) {
        return "video".equals(string("input_mode", defaultMode));
    }

    /**
     * One prompt of a blend.
     *
     * @param weight at least 0; normalised by who uses it
     */
    public record Prompt(String text, double weight) {

        private static Prompt of(Object json) {
            if (json instanceof Map<?, ?> map) {
                return new Prompt(String.valueOf(map.get("text")), finite(map.get("weight"), 1.0));
            }
            return new Prompt(String.valueOf(json), 1.0);
        }
    }
}
