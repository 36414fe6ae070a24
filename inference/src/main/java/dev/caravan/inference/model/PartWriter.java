package dev.caravan.inference.model;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
    private final FileChannel channel;
    private final long end;
    private final LongConsumer written;
    private volatile long position;
    private Flow.@Nullable Subscription subscription;

    /**
     * @param offset  where to go on; what lies behind it in the file is dropped
     * @param end     size of the file when it is whole
     * @param written hears the position after each write
     */
    PartWriter(Path part, long offset, long end, LongConsumer written) throws IOException {
        this.channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        this.end = end;
        this.written = written;
        this.position = offset;
        channel.truncate(offset).position(offset);
        written.accept(offset);
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
        finish(new IOException("given up"));
    }

    @Override
    public CompletionStage<Long> getBody() {
        return done;
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(1);
    }

    @Override
    public synchronized void onNext(List<ByteBuffer> buffers) {
        if (done.isDone() || subscription == null) {
            return;
        }
        try {
            for (ByteBuffer buffer : buffers) {
                if (buffer.remaining() > end - position) {
                    throw new IOException("more bytes than announced");
                }
                while (buffer.hasRemaining()) {
                    position += channel.write(buffer);
                }
            }
            written.accept(position);
            subscription.request(1);
        } catch (IOException e) {
            subscription.cancel();
            finish(e);
        }
    }

    @Override
    public synchronized void onError(Throwable cause) {
        finish(cause);
    }

    @Override
    public synchronized void onComplete() {
        try {
            // On disk before it gets its name: after a power cut a whole-looking file must be whole.
            channel.force(true);
            finish(null);
        } catch (IOException e) {
            finish(e);
        }
    }

    private void finish(@Nullable Throwable cause) {
        try {
            channel.close();
        } catch (IOException e) {
            done.completeExceptionally(e);
        }
        if (cause == null) {
            done.complete(position);
        } else {
            done.completeExceptionally(cause);
        }
    }
}
