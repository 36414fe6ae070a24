package dev.caravan.api.keys;

import java.util.Arrays;
import java.util.Optional;

/** A service that knows the hub by a token. */
public enum Service {
    HUGGINGFACE(
            "huggingface", "HuggingFace", "Model downloads and TURN servers", "HF_TOKEN", "https://huggingface.co/settings/tokens",
            "huggingface_token"),
    CIVITAI("civitai", "CivitAI", "LoRA downloads", "CIVITAI_API_TOKEN", "https://civitai.com/user/account", "civitai_token");

    private final String id;
    private final String title;
    private final String description;
    private final String variable;
    private final String page;
    private final String file;

    Service(String id, String title, String description, String variable, String page, String file) {
        this.id = id;
        this.title = title;
        this.description = description;
        this.variable = variable;
        this.page = page;
        this.file = file;
    }

    public static Optional<Service> named(String id) {
        return Arrays.stream(values()).filter(service -> service.id.equals(id)).findFirst();
    }

    /** In the contract. */
    public String id() {
        return id;
    }

    /** For people. */
    public String title() {
        return title;
    }

    /** What the token is for. */
    public String description() {
        return description;
    }

    /** Environment variable that other programs read it from, too. */
    public String variable() {
        return variable;
    }

    /** Where a person gets a token. */
    public String page() {
        return page;
    }

    /** Name of the file it is stored in. */
    String file() {
        return file;
    }
}
