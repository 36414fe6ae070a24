package dev.caravan.inference.model;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Flow;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One file on a server, whose headers are here and whose bytes may follow. For one thread.
 *
 * <p>After a cut it goes on where it was if the server named the version of the file (a strong ETag) and still has that one; otherwise it
 * begins anew: halves of two files must not become one.
 */
public final class WebFile implements AutoCloseable {

    /** Fewer new bytes than this within the read timeout count as none. */
    private static final long CRAWL = 64 << 10;
    /** Stays free on the disk. */
    private static final long RESERVE = 256L << 20;

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18})");

    private final HubHttp http;
    private final URI uri;
    private final String name;
    private final Retries retries;
    private final Surroundings surroundings;
    private final HttpHeaders headers;
    private @Nullable HttpResponse<Flow.Publisher<List<ByteBuffer>>> pending;

    private WebFile(
            HubHttp http,
            URI uri,
            String name,
            Retries retries,
            Surroundings surroundings,
            HttpResponse<Flow.Publisher<List<ByteBuffer>>> response) {
        this.http = http;
        this.uri = uri;
        this.name = name;
        this.retries = retries;
        this.surroundings = surroundings;
        this.headers = response.headers();
        this.pending = response;
    }

    static WebFile open(HubHttp http, URI uri, String name, Retries retries, Surroundings surroundings)
            throws IOException, DownloadException, InterruptedException {
        HttpResponse<Flow.Publisher<List<ByteBuffer>>> response = http.get(uri, Map.of(), BodyHandlers.ofPublisher());
        if (response.statusCode() != 200) {
            HubHttp.drop(response);
            throw DownloadException.status(response.statusCode(), name);
        }
        return new WebFile(http, uri, name, retries, surroundings, response);
    }

    /** What the server wants it to be called ({@code Content-Disposition}), unchecked. */
    public Optional<String> suggestedName() {
        return headers.firstValue("Content-Disposition").flatMap(ContentDisposition::fileName);
    }

    /** In bytes, if the server tells. */
    public OptionalLong size() {
        return headers.firstValueAsLong("Content-Length");
    }

    /**
     * Fetches all of it into a part file. To be called once.
     *
     * @param part a new file; kept when this fails
     * @param most bytes it may have
     * @throws TooLargeException when it has more
     * @throws DownloadException when it cannot be had
     */
    public Saved save(Path part, long most) throws DownloadException, InterruptedException {
        require(size().orElse(0) <= most);
        try (PartFile file = PartFile.open(part, name)) {
            requireSpace(part);
            while (true) {
                long before = file.length();
                try {
                    write(file, most);
                    file.flush();
                    return new Saved(file.digest().hex(), file.length());
                } catch (IOException e) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                    if (file.length() - before >= CRAWL) {
                        retries.gained();
                    }
                    retries.afterFailure(name, e);
                }
            }
        } catch (IOException e) {
            throw new DownloadException(name + " cannot be written: the folder of adapters does not take it");
        }
    }

    /** Ends a response whose body nobody wanted. */
    @Override
    public void close() {
        if (pending != null) {
            HubHttp.drop(pending);
            pending = null;
        }
    }

    private void write(PartFile part, long most) throws IOException, DownloadException, InterruptedException {
        HttpResponse<Flow.Publisher<List<ByteBuffer>>> response = pending;
        pending = null;
        if (response == null) {
            response = again(part);
        }
        OptionalLong rest = response.headers().firstValueAsLong("Content-Length");
        require(part.length() + rest.orElse(0) <= most);
        long end = rest.isPresent() ? part.length() + rest.getAsLong() : most;
        PartWriter writer = new PartWriter(part, end, written -> {});
        response.body().subscribe(writer);
        try {
            http.await(writer.getBody().toCompletableFuture(), () -> writer.position() / CRAWL);
        } catch (DownloadException e) {
            require(rest.isPresent() || writer.position() + CRAWL < most);
            throw new DownloadException(name + ": " + e.getMessage());
        } finally {
            writer.cancel();
        }
        if (rest.isPresent() && writer.position() != end) {
            throw new IOException("the body ended at byte " + writer.position() + " of " + end);
        }
    }

    private HttpResponse<Flow.Publisher<List<ByteBuffer>>> again(PartFile part)
            throws IOException, DownloadException, InterruptedException {
        Optional<String> version = headers.firstValue("ETag").filter(tag -> tag.startsWith("\""));
        long have = part.length();
        boolean goOn = version.isPresent() && have > 0;
        var response = http.get(
                uri, goOn ? Map.of("Range", "bytes=" + have + "-", "If-Range", version.get()) : Map.of(), BodyHandlers.ofPublisher());
        if (response.statusCode() == 206 && goOn && continues(response.headers(), have, version.get())) {
            return response;
        }
        part.restart();
        if (response.statusCode() == 206 || response.statusCode() == 416) {
            HubHttp.drop(response);
            throw new IOException("the file changed on its server");
        }
        HubHttp.requireOk(response, name);
        return response;
    }

    private static boolean continues(HttpHeaders headers, long have, String version) {
        Matcher range = CONTENT_RANGE.matcher(headers.firstValue("Content-Range").orElse(""));
        return range.matches()
                && Long.parseLong(range.group(1)) == have
                && headers.firstValue("ETag").filter(tag -> !tag.equals(version)).isEmpty();
    }

    private void requireSpace(Path part) throws DownloadException {
        long needed = size().orElse(0) + RESERVE;
        long free = surroundings.usableSpace().applyAsLong(part.toAbsolutePath().getParent());
        if (needed > free) {
            throw new DownloadException(String.format(Locale.ROOT,
                    "not enough space: %d MB are needed (%d MB of them stay free), the disk has %d MB; free some and try again",
                    Math.ceilDiv(needed, 1L << 20), RESERVE >> 20, free >> 20));
        }
    }

    private void require(boolean fits) throws TooLargeException {
        if (!fits) {
            throw new TooLargeException(name);
        }
    }

    /**
     * A file that is on the disk.
     *
     * @param sha256 lower-case hex digest of its bytes
     */
    public record Saved(String sha256, long bytes) {}

    /** There is more of a file than is taken. */
    public static final class TooLargeException extends DownloadException {

        private static final long serialVersionUID = 1L;

        TooLargeException(String name) {
            super(name + " is larger than what is taken");
        }
    }
}
