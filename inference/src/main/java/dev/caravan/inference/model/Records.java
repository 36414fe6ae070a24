package dev.caravan.inference.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What was checked when it arrived: {@code .caravan.jsonl} in each repository's folder, one line a file with its size and digest, the
 * last line about a file counts. Lines are only added, so two processes can write at once and a power cut costs one line at most.
 * Thread-safe.
 */
final class Records {

    static final String FILE = ".caravan.jsonl";

    private static final long MAX_BYTES = 4L << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private Records() {}

    /** Everything recorded in a repository's folder, by path within it; lines that cannot be read count as not there. */
    static Map<String, Entry> read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        Map<String, Entry> entries = new LinkedHashMap<>();
        if (!Files.isRegularFile(file) || Files.size(file) > MAX_BYTES) {
            return entries;
        }
        new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().forEach(line -> {
            try {
                JsonNode node = JSON.readTree(line);
                Optional<Digest> digest = Digest.parse(node.path("digest").asText());
                if (digest.isPresent()) {
                    entries.put(node.path("path").asText(), new Entry(node.path("size").asLong(), digest.get()));
                } else {
                    entries.remove(node.path("path").asText());
                }
            } catch (JsonProcessingException e) {
                // The end of a line that a power cut left, or somebody's own words: neither is a record.
            }
        });
        return entries;
    }

    /** Notes a file that was checked. */
    static void add(Path folder, String path, Entry entry) throws IOException {
        append(folder, JSON.createObjectNode().put("path", path).put("size", entry.size()).put("digest", entry.digest().toString()));
    }

    /** Notes that nothing is known of a file any more. */
    static void forget(Path folder, String path) throws IOException {
        append(folder, JSON.createObjectNode().put("path", path));
    }

    private static void append(Path folder, ObjectNode line) throws IOException {
        // A line feed first: what stands before it may be a torn line.
        Files.writeString(folder.resolve(FILE), "\n" + line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** @param size in bytes */
    record Entry(long size, Digest digest) {}
}
