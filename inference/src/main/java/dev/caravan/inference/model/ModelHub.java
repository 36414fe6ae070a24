package dev.caravan.inference.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Flow;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The hub that keeps the models, as three questions: how large is a file, what is in a directory, give me the rest of a file. Blocking,
 * ended by an interrupt. A cut or silent connection is an {@link IOException} (worth another try), everything else a
 * {@link DownloadException}.
 */
final class ModelHub implements AutoCloseable {

    /** What a server that does not tell a length may send at most. */
    private static final long MAX_UNSIZED = 64L << 20;
    private static final long MAX_LISTING = 4L << 20;
    private static final int MAX_LISTED = 1_000;
    /** Left free on the disk, for logs and whatever else lives there. */
    private static final long RESERVE = 256L << 20;

    private static final Pattern SAFE_NAME = Pattern.compile("[A-Za-z0-9._][A-Za-z0-9._ +@=-]{0,199}");
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (?:(\\d{1,18})-\\d{1,18}|\\*)/(\\d{1,18})");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HubHttp http;
    private final ToLongFunction<Path> usableSpace;

    /** @param usableSpace free bytes on the disk of a folder */
    ModelHub(HubHttp http, ToLongFunction<Path> usableSpace) {
        this.http = http;
        this.usableSpace = usableSpace;
    }

    /** Size of a file in bytes, if the server tells. */
    OptionalLong size(Artifact artifact, String file) throws IOException, DownloadException, InterruptedException {
        HttpResponse<?> response = http.head(resolve(artifact, file));
        if (response.statusCode() / 100 == 3) {
            // The file lies on a content network. It may not answer HEAD, so the hub says it itself.
            return response.headers().firstValueAsLong("X-Linked-Size");
        }
        if (response.statusCode() == 405 || response.statusCode() == 501) {
            return OptionalLong.empty();
        }
        requireOk(response, artifact, file);
        return response.headers().firstValueAsLong("Content-Length");
    }

    /** The files below a directory, with their paths within the repository. */
    List<Listed> list(Artifact artifact, String directory) throws IOException, DownloadException, InterruptedException {
        URI uri = http.uri("/api/models/" + artifact.repo() + "/tree/main/" + encoded(directory) + "?recursive=true");
        HttpResponse<byte[]> response = http.get(uri, 0, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_LISTING));
        requireOk(response, artifact, directory);
        List<Listed> files = new ArrayList<>();
        for (JsonNode entry : JSON.readTree(response.body())) {
            if (entry.path("type").asText().equals("file")) {
                files.add(new Listed(safe(entry.path("path").asText(), directory, artifact), Math.max(0, entry.path("size").asLong())));
            }
        }
        if (files.isEmpty() || files.size() >= MAX_LISTED) {
            throw new DownloadException(
                    artifact.repo() + "/" + directory + " lists " + files.size() + " files; 1 to " + (MAX_LISTED - 1) + " expected", false);
        }
        return files;
    }

    /**
     * Fetches a file, going on where the part file ends. When it returns, the part file is whole.
     *
     * @param written hears how many bytes of the file are there
     */
    void fetch(Artifact artifact, String file, Path part, LongConsumer written)
            throws IOException, DownloadException, InterruptedException {
        long have = Files.exists(part) ? Files.size(part) : 0;
        var response = http.get(resolve(artifact, file), have, BodyHandlers.ofPublisher());
        Matcher range = CONTENT_RANGE.matcher(response.headers().firstValue("Content-Range").orElse(""));
        if (response.statusCode() == 416 && have > 0) {
            HubHttp.drop(response);
            if (range.matches() && Long.parseLong(range.group(2)) == have) {
                written.accept(have);
                return;
            }
            // The file on the hub is another one by now.
            Files.delete(part);
            fetch(artifact, file, part, written);
            return;
        }
        requireOk(response, artifact, file);
        if (response.statusCode() != 206) {
            OptionalLong length = response.headers().firstValueAsLong("Content-Length");
            write(response, part, 0, length, written, artifact, file);
        } else if (range.matches() && range.group(1) != null && Long.parseLong(range.group(1)) == have) {
            write(response, part, have, OptionalLong.of(Long.parseLong(range.group(2))), written, artifact, file);
        } else {
            HubHttp.drop(response);
            throw new DownloadException("another range than asked for came back for " + artifact.repo() + "/" + file, false);
        }
    }

    @Override
    public void close() {
        http.close();
    }

    private void write(
            HttpResponse<Flow.Publisher<List<ByteBuffer>>> response,
            Path part,
            long offset,
            OptionalLong size,
            LongConsumer written,
            Artifact artifact,
            String file)
            throws IOException, DownloadException, InterruptedException {
        long end = size.orElse(MAX_UNSIZED);
        long usable = usableSpace.applyAsLong(part.toAbsolutePath().getParent());
        if (end - offset > usable - RESERVE) {
            HubHttp.drop(response);
            throw new DownloadException(String.format(Locale.ROOT,
                    "%s/%s needs %d MB more and %d MB are to stay free; the disk of the models folder has %d MB left",
                    artifact.repo(), file, end - offset >> 20, RESERVE >> 20, usable >> 20), false);
        }
        PartWriter writer = new PartWriter(part, offset, end, written);
        response.body().subscribe(writer);
        try {
            http.await(writer.getBody().toCompletableFuture(), writer::position);
        } finally {
            writer.cancel();
        }
        if (size.isPresent() && writer.position() != end) {
            throw new IOException("the body ended at byte " + writer.position() + " of " + end);
        }
    }

    private static void requireOk(HttpResponse<?> response, Artifact artifact, String file) throws DownloadException {
        if (response.statusCode() != 200 && response.statusCode() != 206) {
            HubHttp.drop(response);
            throw DownloadException.status(response.statusCode(), artifact.repo() + "/" + file);
        }
    }

    /** A listed path, once it is known to stay below its directory. */
    private static String safe(String path, String directory, Artifact artifact) throws DownloadException {
        boolean names = Stream.of(path.split("/", -1))
                .allMatch(name -> SAFE_NAME.matcher(name).matches() && !name.endsWith(".") && !name.endsWith(ModelStore.INCOMPLETE));
        if (!names || path.length() > 1_000 || !path.startsWith(directory)) {
            throw new DownloadException(artifact.repo() + "/" + directory + " lists a file with an unusable name", false);
        }
        return path;
    }

    private URI resolve(Artifact artifact, String file) {
        return http.uri("/" + artifact.repo() + "/resolve/main/" + encoded(file));
    }

    private static String encoded(String path) {
        return Stream.of(path.split("/"))
                .map(name -> URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
    }

    /**
     * One file of a directory on the hub.
     *
     * @param path within the repository
     * @param size in bytes
     */
    record Listed(String path, long size) {}
}
