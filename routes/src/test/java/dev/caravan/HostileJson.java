package dev.caravan;

import java.util.List;
import java.util.Random;

/** JSON that nobody polite sends, the same for the same seed: contract keys with values of every wrong kind, and text that is no JSON. */
final class HostileJson {

    private static final List<String> KEYS = List.of(
            "pipeline_ids", "pipelines", "pipeline_id", "node_id", "load_params", "loras", "sdp", "type", "initialParameters", "graph",
            "nodes", "edges", "id", "from", "to_node", "candidates", "candidate", "sdpMid", "sdpMLineIndex", "user_id", "connection_info",
            "prompts", "text", "weight", "prompt_interpolation_method", "transition", "target_prompts", "num_steps", "noise_scale",
            "noise_controller", "denoising_step_list", "manage_cache", "reset_cache", "kv_cache_attention_bias", "vace_ref_images",
            "vace_context_scale", "paused", "input_mode", "ctrl_input", "mouse", "outputs", "active_source", "parameters",
            "node_parameters", "input_source", "source_type", "enabled", "join", "watch", "recording", "width", "height", "seed",
            "url", "filename", "subfolder", "repo_id", "hf_filename", "provenance", "value");

    private static final String MEGABYTE = "x".repeat(1 << 20);

    private final Random random;

    HostileJson(long seed) {
        random = new Random(seed);
    }

    /** One body. */
    String next() {
        return switch (random.nextInt(12)) {
            case 0 -> noJson();
            case 1 -> value(0);
            default -> object(0);
        };
    }

    private String noJson() {
        return pick(
                "", " ", "{", "[", "nul", "{\"a\":}", "{'a':1}", "\u0000", "{}{}", "[1]]", "\uFEFF{}", "NaN", "-", "1e", "\"\\u12\"",
                "[".repeat(100_000), "{\"a\":".repeat(100_000), "\"" + MEGABYTE, "<xml/>", "a=b&c=d", "{\"a\":1,\"a\":2,}", "\"\n\"");
    }

    private String object(int depth) {
        StringBuilder json = new StringBuilder("{");
        int fields = 1 + random.nextInt(4);
        for (int i = 0; i < fields; i++) {
            String key = random.nextInt(8) == 0 ? text() : "\"" + KEYS.get(random.nextInt(KEYS.size())) + "\"";
            json.append(i == 0 ? "" : ",").append(key).append(':').append(value(depth + 1));
        }
        return json.append('}').toString();
    }

    private String list(int depth) {
        StringBuilder json = new StringBuilder("[");
        int items = random.nextInt(4);
        for (int i = 0; i < items; i++) {
            json.append(i == 0 ? "" : ",").append(value(depth + 1));
        }
        return json.append(']').toString();
    }

    private String value(int depth) {
        return switch (random.nextInt(depth > 4 ? 3 : 9)) {
            case 0 -> number();
            case 1 -> text();
            case 2 -> pick("null", "true", "false", "{}", "[]", "[[]]", "[null]", "{\"\":{}}");
            case 3, 4 -> list(depth);
            case 5, 6 -> object(depth);
            case 7 -> "[".repeat(60) + "]".repeat(60);
            default -> pick("\"passthrough\"", "\"video\"", "\"offer\"", "[{\"text\":\"x\",\"weight\":1}]", "[1000,750]", "0.5", "1", "[\"passthrough\"]");
        };
    }

    private String number() {
        return pick(
                "0", "-1", "1", "0.5", "-0.0", "1e308", "1e309", "-1e400", "1e-400", "1e2147483647", "1E-2147483648", "9223372036854775807",
                "9223372036854775808", "-9223372036854775809", "2147483648", "4294967296", "1.0000000000000000000000000001", "9".repeat(99),
                "9".repeat(5_000));
    }

    private String text() {
        return pick(
                "\"\"", "\" \"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udfff\\ud800\"", "\"\\uffff\"", "\"\\u202e\"",
                "\"../../etc/passwd\"", "\"..%2f..%2f\"", "\"C:\\\\x\"", "\"${jndi:ldap://127.0.0.1/a}\"", "\"${bean:x}\"", "\"{{x}}\"",
                "\"<script>\"", "\"\\r\\nX-Evil: 1\"", "\"'; drop\"", "\"%s%n\"", "\"v=0\\r\\n\"", "\"" + "\uD83D\uDE00".repeat(300) + "\"",
                random.nextInt(10) == 0 ? "\"" + MEGABYTE + "\"" : "\"x\"");
    }

    private String pick(String... of) {
        return of[random.nextInt(of.length)];
    }
}
