package dev.caravan.inference.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A file that is still growing: {@code <file>.incomplete}, locked against other processes, with the digest of what it holds. One thread
 * at a time.
 *
 * <p>It is opened once and kept open: to close any other channel to it would lift the lock too (POSIX).
 */
final class PartFile implements AutoCloseable {

    private final Path path;
    private final FileChannel channel;
    private final Supplier<Digest.Sum> sums;
    private Digest.Sum sum;
    private long length;

    private PartFile(Path path, FileChannel channel, Supplier<Digest.Sum> sums) {
        this.path = path;
        this.channel = channel;
        this.sums = sums;
        this.sum = sums.get();
    }

    /**
     * Opens or creates it; nothing of what it holds counts before {@link #resume}.
     *
     * @throws DownloadException when another process fetches this file
     */
    static PartFile open(RemoteFile file, Path path) throws IOException, DownloadException {
        return open(path, file.stored(), () -> begin(file));
    }

    /** The same for a file of which nothing is known beforehand; its digest is SHA-256. @param name for messages */
    static PartFile open(Path path, String name) throws IOException, DownloadException {
        return open(path, name, () -> Digest.Kind.SHA256.begin(0));
    }

    private static PartFile open(Path path, String name, Supplier<Digest.Sum> sums) throws IOException, DownloadException {
        while (true) {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                if (lock(channel) == null) {
                    throw new DownloadException(name + " is being downloaded by another Caravan: wait for it or stop it");
                }
                if (Files.exists(path)) {
                    return new PartFile(path, channel, sums);
                }
            } catch (IOException | DownloadException e) {
                channel.close();
                throw e;
            }
            // Whoever had the lock before took the name away: this is not the part any more.
            channel.close();
        }
    }

    /** Whether another process has it open for downloading. */
    static boolean isLocked(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            return lock(channel) == null;
        }
    }

    /**
     * Goes on with what is there, by hashing it.
     *
     * @return the bytes that count; none when there are more than the file has
     */
    long resume(RemoteFile file) throws IOException {
        restartSum();
        if (channel.size() > file.size().orElse(Long.MAX_VALUE)) {
            channel.truncate(0);
        }
        ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
        while (channel.read(buffer, length) > 0) {
            length += buffer.flip().remaining();
            sum.add(buffer);
            buffer.clear();
        }
        return length;
    }

    /** Drops everything it holds. */
    void restart() throws IOException {
        channel.truncate(0);
        restartSum();
    }

    /** Bytes it holds. */
    long length() {
        return length;
    }

    /** Adds bytes at the end. */
    void append(ByteBuffer bytes) throws IOException {
        ByteBuffer same = bytes.duplicate();
        while (bytes.hasRemaining()) {
            length += channel.write(bytes, length);
        }
        sum.add(same);
    }

    /** The digest of all it holds. To be asked once, at the end. */
    Digest digest() {
        return sum.end();
    }

    /** Makes sure that all of it is on the disk: after a power cut a whole-looking file must be whole. */
    void flush() throws IOException {
        channel.force(true);
    }

    /** Gives it its final name. */
    void finish(Path target) throws IOException {
        flush();
        Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Deletes it when it holds nothing. */
    void deleteIfEmpty() throws IOException {
        if (channel.isOpen() && channel.size() == 0) {
            Files.deleteIfExists(path);
        }
    }

    /** Closes it and lifts the lock. */
    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void restartSum() {
        sum = sums.get();
        length = 0;
    }

    private static Digest.Sum begin(RemoteFile file) {
        return file.digest().map(Digest::kind).orElse(Digest.Kind.SHA256).begin(file.size().orElse(0));
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }
}
