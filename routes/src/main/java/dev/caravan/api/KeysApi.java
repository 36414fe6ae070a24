package dev.caravan.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which tokens for other services are set. Their values never leave the hub. */
public final class KeysApi extends ApiRoutes {

    private final boolean huggingFace;
    private final boolean civitai;

    public KeysApi(boolean huggingFace, boolean civitai) {
        super("keys", "Tokens for other services");
        this.huggingFace = huggingFace;
        this.civitai = civitai;
    }

    @Override
    protected void operations() {
        get("/api/v1/keys", "listKeys", "Which tokens are set", request -> Reply.json(Map.of("keys", List.of(
                key("huggingface", "HuggingFace", "Model downloads and TURN servers", huggingFace, "HF_TOKEN",
                        "https://huggingface.co/settings/tokens"),
                key("civitai", "CivitAI", "LoRA downloads", civitai, "CIVITAI_API_TOKEN",
                        "https://civitai.com/user/account")))));
    }

    private static Map<String, Object> key(
            String id, String name, String description, boolean set, String variable, String url) {
        Map<String, Object> key = new LinkedHashMap<>();
        key.put("id", id);
        key.put("name", name);
        key.put("description", description);
        key.put("is_set", set);
        key.put("source", set ? "env_var" : null);
        key.put("env_var", variable);
        key.put("key_url", url);
        return key;
    }
}
