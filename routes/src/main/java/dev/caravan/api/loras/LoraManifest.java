package dev.caravan.api.loras;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code lora_manifest.json}: where adapters came from. Its entries are keyed by the path relative to the folder, with forward slashes.
 * A damaged manifest costs the extra facts, never the listing.
 */
final class LoraManifest {

    private static final Logger LOG = LoggerFactory.getLogger(LoraManifest.class);
    private static final String FILE = "lora_manifest.json";
    private static final long MAX_BYTES = 16L << 20;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> PROVENANCE =
            List.of("source", "repo_id", "hf_filename", "model_id", "version_id", "url");

    private final JsonNode entries;

    private LoraManifest(JsonNode entries) {
        this.entries = entries;
    }

    static LoraManifest read(Path folder) {
        Path file = folder.resolve(FILE);
        try {
            if (Files.isRegularFile(file) && Files.size(file) <= MAX_BYTES) {
                return new LoraManifest(JSON.readTree(file.toFile()).path("entries"));
            }
        } catch (IOException e) {
            LOG.warn("{} is damaged and ignored; delete it or restore a good copy", file);
        }
        return new LoraManifest(MissingNode.getInstance());
    }

    Optional<String> sha256(String key) {
        return Optional.of(entries.path(key).path("sha256")).filter(JsonNode::isTextual).map(JsonNode::asText);
    }

    /** The six keys of a provenance, absent ones as null. */
    Optional<Map<String, Object>> provenance(String key) {
        JsonNode recorded = entries.path(key).path("provenance");
        if (!recorded.isObject()) {
            return Optional.empty();
        }
        Map<String, Object> given = JSON.convertValue(recorded, new TypeReference<Map<String, Object>>() {});
        Map<String, Object> out = new LinkedHashMap<>();
        PROVENANCE.forEach(name -> out.put(name, given.get(name)));
        return Optional.of(out);
    }
}
