package dev.caravan.inference.pipeline;

import static dev.caravan.inference.pipeline.ParameterTable.Trait.HUB;
import static dev.caravan.inference.pipeline.ParameterTable.Trait.OFFER_ONLY;
import static dev.caravan.inference.pipeline.ParameterTable.Trait.ONE_SHOT;
import static dev.caravan.inference.pipeline.Rule.choice;
import static dev.caravan.inference.pipeline.Rule.listOf;
import static dev.caravan.inference.pipeline.Rule.number;
import static dev.caravan.inference.pipeline.Rule.object;
import static dev.caravan.inference.pipeline.Rule.text;
import static dev.caravan.inference.pipeline.Rule.Field.optional;
import static dev.caravan.inference.pipeline.Rule.Field.required;
import static dev.caravan.inference.pipeline.Rule.Field.withDefault;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The one table of parameters (contract §2.6 and the hub's own keys) behind every door: offers, REST, data channels, Kafka and routes.
 * A door decides what to do with errors; the table only finds them. Stateless, thread-safe; every result is deeply immutable.
 *
 * <p>Values are taken as the contract's server takes them: a number may be written as text, a flag as 0 or 1. What is accepted comes back in
 * one form: {@code Boolean}, {@code Double}, {@code Integer}, {@code String}, {@code List}, {@code Map}.
 */
public final class ParameterTable {

    /** Most keys of one update, and most keys unknown to the table that a session keeps. */
    public static final int MAX_KEYS = 200;

    /** Most runtime LoRA scales that wait for a chunk. */
    static final int MAX_SCALES = 100;
    /** Furthest the mouse moves between two chunks, in pixels. */
    static final double MAX_MOVE = 1e6;

    private static final int MAX_KEY_CHARS = 256;
    private static final int MAX_PROMPTS = 64;
    private static final int MAX_TEXT = 10_000;
    private static final int MAX_PATH = 4_096;
    private static final int MAX_NAME = 256;
    /** A value the hub only hands on; a graph of many nodes is the largest honest one. */
    private static final Rule ANYTHING = new Rule.Anything(64 * 1024);

    private static final Rule FLAG = new Rule.Flag();
    private static final Rule UP_TO_ONE = number(0, 1);
    /** Bounded so that sums of weights stay finite. */
    private static final Rule WEIGHT = number(0, 1e9);
    private static final Rule NOT_NEGATIVE = new Rule.Whole(0, Integer.MAX_VALUE);
    private static final Rule ANY_INT = new Rule.Whole(Integer.MIN_VALUE, Integer.MAX_VALUE);
    private static final Rule INTERPOLATION = choice("linear", "slerp");
    private static final Rule NAME = text(MAX_NAME);
    private static final Rule PATH = text(MAX_PATH);
    private static final Rule PATHS = listOf(PATH, 32);
    private static final Rule SESSION_ID = new Rule.Matching("[A-Za-z0-9._-]{1,64}");
    private static final Rule PROMPTS = new Rule.Prompts(
            MAX_PROMPTS, object(required("text", text(MAX_TEXT)), withDefault("weight", WEIGHT, 1.0)));

    private static final List<Key> TABLE = List.of(
            // What to make
            key("input_mode", choice("text", "video")),
            key("prompts", PROMPTS),
            key("prompt_interpolation_method", INTERPOLATION),
            key("transition", object(
                    required("target_prompts", PROMPTS),
                    withDefault("num_steps", NOT_NEGATIVE, 4, 0),
                    withDefault("temporal_interpolation_method", INTERPOLATION, "linear"))),
            key("denoising_step_list", listOf(ANY_INT, 100)),
            key("noise_scale", UP_TO_ONE),
            key("noise_controller", FLAG),
            key("manage_cache", FLAG),
            key("reset_cache", FLAG, ONE_SHOT),
            key("kv_cache_attention_bias", number(0.01, 1)),
            key("lora_scales", listOf(object(required("path", PATH), required("scale", number(-10, 10))), MAX_SCALES), ONE_SHOT),
            key("vace_enabled", FLAG),
            key("vace_use_input_video", FLAG),
            key("vace_ref_images", PATHS, ONE_SHOT),
            key("vace_context_scale", number(0, 2)),
            key("first_frame_image", PATH, ONE_SHOT),
            key("last_frame_image", PATH, ONE_SHOT),
            key("images", PATHS, ONE_SHOT),
            key("ctrl_input", object(
                    optional("button", listOf(NAME, 256)),
                    optional("mouse", new Rule.ListOf(number(-MAX_MOVE, MAX_MOVE), 2, 2))), ONE_SHOT),
            // Which session this is and how it is wired
            key("pipeline_ids", listOf(NAME, 64), HUB, OFFER_ONLY),
            key("graph", new Rule.AnyObject(256 * 1024), HUB, OFFER_ONLY),
            key("recording", FLAG, HUB, OFFER_ONLY),
            key("join", SESSION_ID, HUB, OFFER_ONLY),
            key("watch", SESSION_ID, HUB, OFFER_ONLY),
            key("produces_video", FLAG, HUB),
            key("produces_audio", FLAG, HUB),
            key("paused", FLAG, HUB),
            key("node_id", NAME, HUB),
            key("outputs", listOf(choice("kafka"), 8), HUB),
            key("active_source", NAME, HUB),
            key("output_sinks", new Rule.MapOf(object(withDefault("enabled", FLAG, false), withDefault("name", NAME, "")), 32), HUB),
            key("input_source", new Rule.AnyObject(64 * 1024), HUB),
            key("source_track_order", ANYTHING, HUB),
            // Old names, internal ports and beats: understood so far that they never fail and never reach a pipeline
            key("spout_sender", ANYTHING, HUB),
            key("spout_receiver", ANYTHING, HUB),
            key("vace_input_frames", ANYTHING, HUB),
            key("vace_input_masks", ANYTHING, HUB),
            key("_quantized", FLAG, HUB),
            key("quantize_mode", ANYTHING, HUB),
            key("lookahead_ms", ANYTHING, HUB),
            key("modulations", ANYTHING, HUB),
            key("beat_cache_reset_rate", ANYTHING, HUB),
            key("bpm", ANYTHING, HUB),
            key("beat_phase", ANYTHING, HUB),
            key("bar_position", ANYTHING, HUB),
            key("beat_count", ANYTHING, HUB),
            key("is_playing", FLAG, HUB));

    private static final Map<String, Key> BY_NAME = TABLE.stream().collect(Collectors.toUnmodifiableMap(Key::name, Function.identity()));

    private ParameterTable() {}

    /** {@link #check(Map, Leniency)} for a door of the contract. */
    public static Checked check(Map<String, Object> update) {
        return check(update, Leniency.STRICT);
    }

    /**
     * Checks a partial update.
     *
     * @param update a JSON object as maps, lists, strings, numbers and booleans; unknown keys are kept; a key with a null is as if absent
     * @return the good keys, normalised, and what is wrong with the others
     */
    public static Checked check(Map<String, ? extends @Nullable Object> update, Leniency leniency) {
        Map<String, Object> accepted = new LinkedHashMap<>();
        List<Error> errors = new ArrayList<>();
        int seen = 0;
        for (Map.Entry<String, ? extends @Nullable Object> entry : update.entrySet()) {
            Object value = entry.getValue();
            Findings at = Findings.at(shortened(entry.getKey()), leniency, errors);
            if (++seen > MAX_KEYS) {
                at.refuse("too_long", "An update has at most " + MAX_KEYS + " keys, not " + update.size()
                        + "; this key and those after it are left out", value);
                break;
            }
            if (entry.getKey().length() > MAX_KEY_CHARS) {
                at.refuse("string_too_long", "A key should have at most " + MAX_KEY_CHARS + " characters", value);
            } else if (value != null) {
                Key key = BY_NAME.get(entry.getKey());
                Rule rule = key == null ? ANYTHING : key.rule();
                rule.check(value, at).ifPresent(good -> accepted.put(entry.getKey(), good));
            }
        }
        return new Checked(Collections.unmodifiableMap(accepted), List.copyOf(errors));
    }

    /**
     * The parameters after an update: its keys win, all others stay, one-shots are kept until a chunk took them (see
     * {@link #afterChunk}). A {@code transition} wins over prompts; prompts without a transition cancel one that waits. Both maps hold
     * accepted values.
     */
    public static Map<String, Object> merge(Map<String, Object> current, Map<String, Object> update) {
        return ParameterMerge.merge(current, update);
    }

    /**
     * The parameters once a chunk has seen them: one-shots are gone, the targets of a transition have become the prompts (a stream that
     * is on the way to these prompts goes on; others cancel it), mouse moves of {@code ctrl_input} are used up and its buttons stay.
     */
    public static Map<String, Object> afterChunk(Map<String, Object> current) {
        return ParameterMerge.afterChunk(current);
    }

    /** What a pipeline gets to see: the parameters without the keys the hub itself handles. */
    public static Map<String, Object> forPipeline(Map<String, Object> parameters) {
        Map<String, Object> out = new LinkedHashMap<>(parameters);
        out.keySet().removeIf(ParameterTable::isHubKey);
        return Collections.unmodifiableMap(out);
    }

    /** Whether the table has a rule for this key; any other key is kept and handed to the pipeline. */
    public static boolean isKnown(String key) {
        return BY_NAME.containsKey(key);
    }

    /** Whether the key acts once, on the chunk that takes it. */
    public static boolean isOneShot(String key) {
        return has(key, ONE_SHOT);
    }

    /** Whether the key means something only in what opens a session or joins one. */
    public static boolean isOfferOnly(String key) {
        return has(key, OFFER_ONLY);
    }

    /** Whether the hub handles (or ignores) the key itself, so that it never reaches a pipeline. */
    public static boolean isHubKey(String key) {
        return has(key, HUB);
    }

    private static boolean has(String key, Trait trait) {
        Key known = BY_NAME.get(key);
        return known != null && known.traits().contains(trait);
    }

    private static String shortened(String key) {
        return key.length() <= MAX_KEY_CHARS ? key : key.substring(0, MAX_KEY_CHARS);
    }

    private static Key key(String name, Rule rule, Trait... traits) {
        return new Key(name, rule, Set.of(traits));
    }

    private record Key(String name, Rule rule, Set<Trait> traits) {}

    enum Trait {
        ONE_SHOT,
        OFFER_ONLY,
        HUB
    }

    /** How a door is to be read. */
    public enum Leniency {
        /** Doors that promise a schema: offers and REST. */
        STRICT,
        /**
         * Doors the contract leaves unchecked: data channels, Kafka, routes. A plain string or a list of strings will do for prompts,
         * and a transition without {@code num_steps} happens at once. Types and ranges are the same.
         */
        LENIENT
    }

    /**
     * @param accepted the keys that are valid, in the order they were given
     * @param errors   what is wrong with the others, at least one error for each, in the order they were given
     */
    public record Checked(Map<String, Object> accepted, List<Error> errors) {}

    /**
     * @param path  where, from the key down: {@code ["prompts", 0, "weight"]} (strings and integers)
     * @param type  machine-readable kind in the contract's words, for example {@code less_than_equal}, {@code literal_error}
     * @param msg   for a person
     * @param input the value that was given, cut to a size fit for an answer
     */
    public record Error(List<Object> path, String type, String msg, @Nullable Object input) {

        /** The top-level key. */
        public String key() {
            return String.valueOf(path.getFirst());
        }
    }
}
