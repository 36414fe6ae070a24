package dev.caravan.api.loras;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.api.ApiError;
import dev.caravan.api.keys.Service;
import dev.caravan.api.keys.ServiceTokens;
import dev.caravan.inference.model.DownloadSettings;
import dev.caravan.inference.model.WebDownloads;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The adapters and everything a client may do with them (contract §1.6). Thread-safe. {@link #install} and {@link #download} block for as
 * long as a file takes; an interrupt ends them. Everything that cannot be done is an {@link ApiError} or a
 * {@link dev.caravan.api.ValidationError}.
 */
public final class LoraLibrary implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LoraLibrary.class);

    private final LoraFolder folder;
    private final WebDownloads downloads;
    private final LoraOrders orders;
    private final LoraInstalls installs;

    /**
     * @param http   proxy, time limits and tries, and the Hugging Face hub
     * @param tokens asked whenever one is needed
     */
    public LoraLibrary(LoraFolder folder, Sources sources, DownloadSettings http, ServiceTokens tokens, InstantSource clock) {
        this.folder = folder;
        LoraServers servers = new LoraServers(
                http.hub(),
                () -> tokens.find(Service.HUGGINGFACE),
                sources.civitai(),
                () -> tokens.find(Service.CIVITAI),
                sources.named(),
                http.proxy().isEmpty());
        this.downloads = new WebDownloads(http, servers, clock);
        this.orders = new LoraOrders(servers);
        this.installs = new LoraInstalls(folder, downloads, sources.maxBytes(), clock);
        try {
            folder.removeParts();
        } catch (IOException e) {
            LOG.warn("LoRA downloads broken off earlier could not be removed: {}", e.getMessage());
        }
    }

    /** By folder, then name. */
    public List<LoraFile> list() {
        return folder.list();
    }

    /** @param body {@code url}, {@code filename} */
    public Map<String, Object> install(ObjectNode body) throws IOException, InterruptedException {
        LoraManifest.Entry entry = installs.install(orders.install(body));
        LoraName name = LoraName.relative(entry.filename());
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("message", "Successfully installed '" + name.file() + "'");
        out.put("file", folder.describe(name).json());
        return out;
    }

    /** @param body {@code source} and what that needs, {@code subfolder}, {@code expected_sha256}, {@code civitai_token} */
    public Map<String, Object> download(ObjectNode body) throws IOException, InterruptedException {
        LoraManifest.Entry entry = installs.install(orders.download(body));
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("filename", entry.filename());
        out.put("path", folder.describe(LoraName.relative(entry.filename())).path().toString());
        out.put("sha256", entry.sha256().orElse(null));
        out.put("size_bytes", entry.bytes());
        return out;
    }

    /** @param stem file name without its extension */
    public void delete(String stem) throws IOException {
        folder.delete(stem);
    }

    /**
     * Records where a file came from. The digest of one that was never recorded is computed, which takes seconds.
     *
     * @param filename with its sub-folder before it, or the name of the only such file in a sub-folder
     */
    public Map<String, Object> provenance(String filename, ObjectNode body) throws IOException {
        LoraProvenance provenance = LoraOrders.provenance(body);
        LoraName name = LoraName.relative(filename);
        if (name.folder().isEmpty()) {
            name = folder.named(name.file()).stream().findFirst().orElse(name);
        }
        return installs.record(name, provenance).json();
    }

    /** Whether there is a file of this name, wherever it lies; empty when it is no name of an adapter. */
    public Optional<Boolean> has(String filename) throws IOException {
        try {
            LoraName name = LoraName.relative(filename);
            return Optional.of(folder.has(name));
        } catch (ApiError e) {
            return Optional.empty();
        }
    }

    /** Ends what is under way. */
    @Override
    public void close() {
        downloads.close();
    }

    /**
     * Where adapters may come from besides the Hugging Face hub.
     *
     * @param civitai  CivitAI or a mirror
     * @param named    {@code host} or {@code host:port} in lower case, which may lie anywhere and need no TLS
     * @param maxBytes of one file
     */
    public record Sources(URI civitai, Set<String> named, long maxBytes) {}
}
