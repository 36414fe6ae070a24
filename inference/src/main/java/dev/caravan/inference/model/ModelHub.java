package dev.caravan.inference.model;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Flow;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Gives the rest of a file. Blocking, ended by an interrupt. A cut or silent connection is an {@link IOException}: worth another try. */
final class ModelHub {

    /** What a server that does not tell a length may send at most. */
    private static final long MAX_UNSIZED = 64L << 20;

    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes (?:(\\d{1,18})-\\d{1,18}|\\*)/(\\d{1,18})");

    private final HubHttp http;

    ModelHub(HubHttp http) {
        this.http = http;
    }

    /**
     * Fetches a file, going on where the part ends. When it returns, the part has every byte; whether they are the right ones is another
     * question.
     *
     * @param written hears how many bytes of the file are there
     */
    void fetch(RemoteFile file, PartFile part, LongConsumer written) throws IOException, DownloadException, InterruptedException {
        long have = part.length();
        if (file.size().isPresent() && have == file.size().getAsLong() && have > 0) {
            return;
        }
        URI uri = http.uri("/" + file.artifact().repo() + "/resolve/main/" + HubPaths.encoded(file.path()));
        var response = http.get(uri, have, BodyHandlers.ofPublisher());
        Matcher range = CONTENT_RANGE.matcher(response.headers().firstValue("Content-Range").orElse(""));
        if (response.statusCode() == 416 && have > 0) {
            HubHttp.drop(response);
            if (range.matches() && Long.parseLong(range.group(2)) == have) {
                return;
            }
            // The file on the hub is another one by now.
            part.restart();
            fetch(file, part, written);
            return;
        }
        HubHttp.requireOk(response, file.name());
        if (response.statusCode() != 206) {
            part.restart();
            write(response, file, part, response.headers().firstValueAsLong("Content-Length"), written);
        } else if (range.matches() && range.group(1) != null && Long.parseLong(range.group(1)) == have) {
            write(response, file, part, OptionalLong.of(Long.parseLong(range.group(2))), written);
        } else {
            HubHttp.drop(response);
            throw new DownloadException("another range than asked for came back for " + file.name());
        }
    }

    private void write(
            HttpResponse<Flow.Publisher<List<ByteBuffer>>> response,
            RemoteFile file,
            PartFile part,
            OptionalLong announced,
            LongConsumer written)
            throws IOException, DownloadException, InterruptedException {
        if (announced.isPresent() && file.size().isPresent() && announced.getAsLong() != file.size().getAsLong()) {
            HubHttp.drop(response);
            throw new DownloadException(file.name() + " is listed with " + file.size().getAsLong() + " bytes and comes with "
                    + announced.getAsLong() + ": it changed, start the download again");
        }
        long end = file.size().orElse(announced.orElse(MAX_UNSIZED));
        PartWriter writer = new PartWriter(part, end, written);
        response.body().subscribe(writer);
        try {
            http.await(writer.getBody().toCompletableFuture(), writer::position);
        } catch (DownloadException e) {
            throw new DownloadException(file.name() + ": " + e.getMessage());
        } finally {
            writer.cancel();
        }
        if ((announced.isPresent() || file.size().isPresent()) && writer.position() != end) {
            throw new IOException("the body ended at byte " + writer.position() + " of " + end);
        }
    }
}
