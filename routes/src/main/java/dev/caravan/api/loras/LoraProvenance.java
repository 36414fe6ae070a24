package dev.caravan.api.loras;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where an adapter came from.
 *
 * @param source one of {@link #SOURCES}
 * @param url    without anything that may be a token
 */
public record LoraProvenance(
        String source,
        Optional<String> repoId,
        Optional<String> hfFilename,
        Optional<String> modelId,
        Optional<String> versionId,
        Optional<String> url) {

    static final String HUGGING_FACE = "huggingface";
    static final String CIVITAI = "civitai";
    static final String URL = "url";
    static final String LOCAL = "local";
    static final List<String> SOURCES = List.of(HUGGING_FACE, CIVITAI, URL, LOCAL);

    static final List<String> KEYS = List.of("source", "repo_id", "hf_filename", "model_id", "version_id", "url");

    public LoraProvenance {
        url = url.map(WebAddress::withoutSecrets).filter(kept -> !kept.isEmpty());
    }

    static LoraProvenance huggingFace(String repoId, String file, Optional<String> url) {
        return new LoraProvenance(HUGGING_FACE, Optional.of(repoId), Optional.of(file), Optional.empty(), Optional.empty(), url);
    }

    static LoraProvenance civitai(Optional<String> model, String version, Optional<String> url) {
        return new LoraProvenance(CIVITAI, Optional.empty(), Optional.empty(), model, Optional.of(version), url);
    }

    static LoraProvenance url(String url) {
        return new LoraProvenance(URL, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.of(url));
    }

    /** All six keys; absent values are null. */
    Map<String, Object> json() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("source", source);
        out.put("repo_id", repoId.orElse(null));
        out.put("hf_filename", hfFilename.orElse(null));
        out.put("model_id", modelId.orElse(null));
        out.put("version_id", versionId.orElse(null));
        out.put("url", url.orElse(null));
        return out;
    }
}
