package dev.caravan.api.loras;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One adapter as clients see it.
 *
 * @param path       absolute; what clients send in {@code load_params.loras}
 * @param folder     sub-folder relative to its root
 * @param sha256     lower-case hex digest, as recorded when it was installed
 * @param provenance where it came from, as recorded when it was installed
 * @param readOnly   whether it belongs to the shared samples
 */
public record LoraFile(
        Path path,
        Optional<String> folder,
        long bytes,
        Optional<String> sha256,
        Optional<Map<String, Object>> provenance,
        boolean readOnly) {

    /** File name without extension. */
    public String name() {
        String file = path.getFileName().toString();
        return file.substring(0, file.lastIndexOf('.'));
    }

    public Map<String, Object> json() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", name());
        out.put("path", path.toString());
        out.put("size_mb", Math.round(bytes / (1024.0 * 1024.0) * 100) / 100.0);
        out.put("folder", folder.orElse(null));
        out.put("sha256", sha256.orElse(null));
        out.put("provenance", provenance.orElse(null));
        out.put("read_only", readOnly);
        return out;
    }
}
