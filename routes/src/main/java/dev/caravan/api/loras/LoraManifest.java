package dev.caravan.api.loras;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code lora_manifest.json}: where adapters came from. Its entries are keyed by the path relative to the folder, with forward slashes;
 * what others wrote beside them stays. A damaged manifest costs the extra facts, never the listing. One writer at a time.
 */
final class LoraManifest {

    private static final Logger LOG = LoggerFactory.getLogger(LoraManifest.class);
    private static final String FILE = "lora_manifest.json";
    private static final long MAX_BYTES = 16L << 20;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ENTRIES = "entries";

    private final Path file;
    private final ObjectNode root;
    private final boolean damaged;

    private LoraManifest(Path file, ObjectNode root, boolean damaged) {
        this.file = file;
        this.root = root;
        this.damaged = damaged;
    }

    static LoraManifest read(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return new LoraManifest(file, JSON.createObjectNode(), false);
        }
        try {
            if (Files.isRegularFile(file) && Files.size(file) <= MAX_BYTES && JSON.readTree(file.toFile()) instanceof ObjectNode root) {
                return new LoraManifest(file, root, false);
            }
        } catch (IOException e) {
            // Said below, like a file of another kind.
        }
        LOG.warn("{} is damaged and ignored; delete it or restore a good copy", file);
        return new LoraManifest(file, JSON.createObjectNode(), true);
    }

    /** What is known of a file; empty when the entry is about one of another size, which somebody put in its place. */
    Optional<Entry> find(String key, long bytes) {
        JsonNode entry = root.path(ENTRIES).path(key);
        boolean same = !entry.path("size_bytes").isNumber() || entry.path("size_bytes").asLong() == bytes;
        return entry.isObject() && same
                ? Optional.of(new Entry(key, provenance(entry), text(entry, "sha256"), bytes, text(entry, "added_at")))
                : Optional.empty();
    }

    LoraManifest with(Entry entry) {
        ObjectNode copy = root.deepCopy();
        entries(copy).set(entry.filename(), JSON.valueToTree(entry.json()));
        return new LoraManifest(file, copy, damaged);
    }

    LoraManifest without(String key) {
        ObjectNode copy = root.deepCopy();
        entries(copy).remove(key);
        return new LoraManifest(file, copy, damaged);
    }

    /** Writes it in one step. What was damaged is kept beside it. */
    void write() throws IOException {
        if (damaged) {
            Files.move(file, file.resolveSibling(FILE + ".damaged"), StandardCopyOption.REPLACE_EXISTING);
        }
        root.put("version", root.path("version").asText("1.0"));
        Path partial = file.resolveSibling("." + FILE + ".part");
        Files.write(partial, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A time as entries tell it. */
    static String at(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static ObjectNode entries(ObjectNode root) {
        return root.path(ENTRIES) instanceof ObjectNode entries ? entries : root.putObject(ENTRIES);
    }

    private static Optional<String> text(JsonNode entry, String name) {
        return Optional.of(entry.path(name)).filter(JsonNode::isTextual).map(JsonNode::asText);
    }

    /** The six keys of a provenance, absent ones as null. */
    private static Optional<Map<String, Object>> provenance(JsonNode entry) {
        JsonNode recorded = entry.path("provenance");
        if (!recorded.isObject()) {
            return Optional.empty();
        }
        Map<String, Object> given = JSON.convertValue(recorded, new TypeReference<Map<String, Object>>() {});
        Map<String, Object> out = new LinkedHashMap<>();
        LoraProvenance.KEYS.forEach(name -> out.put(name, given.get(name)));
        return Optional.of(out);
    }

    /**
     * What is recorded of a file.
     *
     * @param filename path relative to the folder, with forward slashes
     * @param addedAt  ISO 8601, in UTC
     */
    record Entry(
            String filename,
            Optional<Map<String, Object>> provenance,
            Optional<String> sha256,
            long bytes,
            Optional<String> addedAt) {

        static Entry of(String filename, LoraProvenance provenance, String sha256, long bytes, Instant now) {
            return new Entry(
                    filename,
                    Optional.of(provenance.json()),
                    Optional.of(sha256),
                    bytes,
                    Optional.of(at(now)));
        }

        Map<String, Object> json() {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("filename", filename);
            out.put("provenance", provenance.orElse(null));
            out.put("sha256", sha256.orElse(null));
            out.put("size_bytes", bytes);
            out.put("added_at", addedAt.orElse(null));
            return out;
        }
    }
}
