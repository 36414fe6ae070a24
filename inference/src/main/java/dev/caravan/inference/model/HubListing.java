package dev.caravan.inference.model;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the hub says of its files before any is fetched: the tree of a repository with sizes and digests. A mirror without that question
 * is asked for each file's head instead. Blocking; a cut or silent connection is an {@link IOException}: worth another try.
 */
final class HubListing {

    private static final int MAX_PAGE_BYTES = 4 << 20;
    private static final int MAX_PAGES = 20;
    private static final int MAX_IN_DIRECTORY = 1_000;
    /** No model file is larger than a terabyte. */
    private static final long MAX_SIZE = 1L << 40;

    private static final Pattern NEXT = Pattern.compile("<([^<>]{1,2000})>\\s*;\\s*rel=\"?next\"?");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HubHttp http;

    HubListing(HubHttp http) {
        this.http = http;
    }

    /**
     * Every file an artifact names, directories as the files below them.
     *
     * @throws DownloadException when the hub lacks one of them, or lists what cannot be stored
     */
    List<RemoteFile> files(Artifact artifact) throws IOException, DownloadException, InterruptedException {
        Optional<Map<String, JsonNode>> tree = tree(artifact);
        List<RemoteFile> files = new ArrayList<>();
        for (String file : artifact.files()) {
            if (file.endsWith("/")) {
                files.addAll(below(artifact, file, tree.orElseThrow(() ->
                        new DownloadException("the hub cannot list " + artifact.repo() + "/" + file + " (no tree at /api/models)"))));
            } else if (tree.isEmpty()) {
                files.add(head(artifact, file));
            } else {
                JsonNode entry = tree.get().get(file);
                if (entry == null) {
                    throw DownloadException.status(404, artifact.repo() + "/" + file);
                }
                files.add(remote(artifact, file, entry));
            }
        }
        return files;
    }

    /** Files by path; empty when this hub has no trees, or not of this repository. */
    private Optional<Map<String, JsonNode>> tree(Artifact artifact) throws IOException, DownloadException, InterruptedException {
        Map<String, JsonNode> files = new LinkedHashMap<>();
        URI page = http.uri("/api/models/" + artifact.repo() + "/tree/main?recursive=true");
        for (int number = 0; number < MAX_PAGES; number++) {
            HttpResponse<byte[]> response = http.get(page, 0, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_PAGE_BYTES));
            int status = response.statusCode();
            if (number == 0 && (status == 404 || status == 405 || status == 501)) {
                return Optional.empty();
            }
            HubHttp.requireOk(response, artifact.repo());
            for (JsonNode entry : read(response.body(), artifact)) {
                if (entry.path("type").asText().equals("file")) {
                    files.putIfAbsent(entry.path("path").asText(), entry);
                }
            }
            Optional<URI> next = next(response.headers(), page);
            if (next.isEmpty()) {
                return Optional.of(files);
            }
            page = next.get();
        }
        throw new DownloadException(artifact.repo() + " lists more files than a model has");
    }

    private static JsonNode read(byte[] body, Artifact artifact) throws IOException, DownloadException {
        try {
            JsonNode tree = JSON.readTree(body);
            if (tree.isArray()) {
                return tree;
            }
        } catch (JacksonException e) {
            // Said below, like JSON of another kind.
        }
        throw new DownloadException("the hub's list of files of " + artifact.repo() + " cannot be read; is --hf-endpoint right?");
    }

    /** Where the list goes on, if that is on the hub itself. */
    private Optional<URI> next(HttpHeaders headers, URI page) throws DownloadException {
        Matcher link = NEXT.matcher(String.join(",", headers.allValues("Link")));
        if (!link.find()) {
            return Optional.empty();
        }
        try {
            URI next = page.resolve(link.group(1));
            if (http.isOnHub(next)) {
                return Optional.of(next);
            }
        } catch (IllegalArgumentException e) {
            // Not an address at all; said below without repeating it.
        }
        throw new DownloadException("the hub's list of files goes on at an address that is not the hub's");
    }

    private static List<RemoteFile> below(Artifact artifact, String directory, Map<String, JsonNode> tree) throws DownloadException {
        List<RemoteFile> files = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : tree.entrySet()) {
            if (entry.getKey().startsWith(directory)) {
                if (!HubPaths.isSafe(entry.getKey())) {
                    throw new DownloadException(artifact.repo() + "/" + directory + " lists a file with an unusable name");
                }
                files.add(remote(artifact, entry.getKey(), entry.getValue()));
            }
        }
        if (files.isEmpty() || files.size() > MAX_IN_DIRECTORY) {
            throw new DownloadException(artifact.repo() + "/" + directory + " lists " + files.size() + " files; 1 to "
                    + MAX_IN_DIRECTORY + " expected");
        }
        return files;
    }

    private static RemoteFile remote(Artifact artifact, String path, JsonNode entry) throws DownloadException {
        JsonNode large = entry.path("lfs");
        JsonNode size = large.path("size").isMissingNode() ? entry.path("size") : large.path("size");
        if (!size.canConvertToLong() || !size.isIntegralNumber() || size.asLong() < 0 || size.asLong() > MAX_SIZE) {
            throw new DownloadException(artifact.repo() + "/" + path + " has an unusable size");
        }
        // A large file lies in git as a pointer: its git digest is the pointer's.
        Optional<Digest> digest = large.isObject()
                ? Digest.of(Digest.Kind.SHA256, large.path("oid").asText())
                : Digest.of(Digest.Kind.GIT, entry.path("oid").asText());
        return new RemoteFile(artifact, path, OptionalLong.of(size.asLong()), digest);
    }

    private RemoteFile head(Artifact artifact, String file) throws IOException, DownloadException, InterruptedException {
        HttpResponse<?> response = http.head(http.uri("/" + artifact.repo() + "/resolve/main/" + HubPaths.encoded(file)));
        HttpHeaders headers = response.headers();
        OptionalLong size = OptionalLong.empty();
        if (response.statusCode() / 100 == 3) {
            // The file lies on a content network. It may not answer HEAD, so the hub says it itself.
            size = headers.firstValueAsLong("X-Linked-Size");
        } else if (response.statusCode() != 405 && response.statusCode() != 501) {
            HubHttp.requireOk(response, artifact.repo() + "/" + file);
            size = headers.firstValueAsLong("Content-Length");
        }
        if (size.isPresent() && (size.getAsLong() < 0 || size.getAsLong() > MAX_SIZE)) {
            throw new DownloadException(artifact.repo() + "/" + file + " has an unusable size");
        }
        return new RemoteFile(artifact, file, size, digest(headers));
    }

    /** Only from a hub of this kind: an ETag of another server says nothing about the bytes. */
    private static Optional<Digest> digest(HttpHeaders headers) {
        Optional<String> tag = headers.firstValue("X-Linked-Etag")
                .or(() -> headers.firstValue("X-Repo-Commit").flatMap(commit -> headers.firstValue("ETag")))
                .map(text -> text.replaceFirst("^W/", "").replace("\"", ""));
        return tag.flatMap(text -> Digest.of(Digest.Kind.SHA256, text).or(() -> Digest.of(Digest.Kind.GIT, text)));
    }
}
