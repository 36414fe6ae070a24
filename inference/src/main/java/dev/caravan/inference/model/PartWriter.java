package dev.caravan.inference.model;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes a body to the end of a part file and never more than was announced. Called on threads of the HTTP client; {@link #cancel} may
 * come from another one, and once it returned nothing is written any more.
 */
final class PartWriter implements HttpResponse.BodySubscriber<Long> {

    private final CompletableFuture<Long> done = new CompletableFuture<>();
    private final PartFile part;
    private final long end;
    private final LongConsumer written;
    private volatile long position;
    private Flow.@Nullable Subscription subscription;

    /**
     * @param end     size of the file when it is whole
     * @param written hears the position after each write
     */
    PartWriter(PartFile part, long end, LongConsumer written) {
        this.part = part;
        this.end = end;
        this.written = written;
        this.position = part.length();
    }

    /** Bytes in the part file. */
    long position() {
        return position;
    }

    /** Gives up; what was written stays. */
    synchronized void cancel() {
        if (subscription != null) {
            subscription.cancel();
        }
        done.completeExceptionally(new IOException("given up"));
    }

    @Override
    public CompletionStage<Long> getBody() {
        return done;
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (done.isDone()) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public synchronized void onNext(List<ByteBuffer> buffers) {
        if (done.isDone() || subscription == null) {
            return;
        }
        try {
            for (ByteBuffer buffer : buffers) {
                if (buffer.remaining() > end - position) {
                    throw new DownloadException("the server sends more than the " + end + " bytes it announced");
                }
                write(buffer);
                position = part.length();
            }
            written.accept(position);
            subscription.request(1);
        } catch (DownloadException e) {
            subscription.cancel();
            done.completeExceptionally(e);
        }
    }

    @Override
    public synchronized void onError(Throwable cause) {
        done.completeExceptionally(cause);
    }

    @Override
    public synchronized void onComplete() {
        done.complete(position);
    }

    /** A disk that refuses is no broken connection: trying again would not help. */
    private void write(ByteBuffer buffer) throws DownloadException {
        try {
            part.append(buffer);
        } catch (IOException e) {
            throw new DownloadException("the models folder cannot be written: " + e.getMessage());
        }
    }
}
