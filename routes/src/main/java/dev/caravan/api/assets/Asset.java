package dev.caravan.api.assets;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A stored file as clients see it.
 *
 * @param path          absolute; what clients send back in {@code vace_ref_images}
 * @param folder        sub-folder relative to the assets folder
 * @param createdMillis milliseconds since the Unix epoch
 */
public record Asset(Path path, Optional<String> folder, AssetKind kind, long bytes, long createdMillis) {

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
        out.put("type", kind.wireName());
        out.put("created_at", createdMillis / 1000.0);
        return out;
    }
}
