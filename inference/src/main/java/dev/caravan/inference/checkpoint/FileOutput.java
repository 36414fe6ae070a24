package dev.caravan.inference.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32;

/**
 * A file that has its name only when all of it is on the disk. Until then it is called {@code <name>.<anything>.incomplete}, and on any
 * failure it is removed; writers of the same file do not see each other.
 */
final class FileOutput {

    /** Ends the name of what is not whole yet. */
    static final String INCOMPLETE = ".incomplete";

    /** Writes what is to be in the file. */
    @FunctionalInterface
    interface Body {

        void writeTo(FileOutput out) throws IOException, CheckpointException;
    }

    private static final int PIECE = 4 << 20;

    private final FileChannel channel;
    private final ByteBuffer buffer;
    private final ByteProgress progress;
    private final long total;
    private long done;

    private FileOutput(FileChannel channel, ByteProgress progress, long total) {
        this.channel = channel;
        this.buffer = ByteBuffer.allocateDirect((int) Math.min(PIECE, total));
        this.progress = progress;
        this.total = total;
    }

    /**
     * Writes a file, in the place of one that is there already.
     *
     * @throws CheckpointException when it cannot be written, or a tensor's source gave too few or too many bytes
     */
    static void write(Path target, List<NewTensor> tensors, ByteProgress progress, Body body) throws CheckpointException {
        long total = tensors.stream().mapToLong(NewTensor::bytes).sum();
        Path incomplete = target.resolveSibling(target.getFileName() + "." + UUID.randomUUID() + INCOMPLETE);
        try {
            try (FileChannel channel = FileChannel.open(incomplete, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                body.writeTo(new FileOutput(channel, progress, total));
                // On disk before it gets its name: after a power cut a whole-looking file must be whole.
                channel.force(true);
            }
            Files.move(incomplete, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw CheckpointException.writing(target, e);
        } finally {
            try {
                Files.deleteIfExists(incomplete);
            } catch (IOException e) {
                // It is nobody's; the next cleaning takes it.
            }
        }
    }

    long position() throws IOException {
        return channel.position();
    }

    void write(byte[] bytes) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        while (all.hasRemaining()) {
            channel.write(all);
        }
    }

    /** Writes over bytes that were written before. */
    void patch(long at, byte[] bytes) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(bytes);
        while (all.hasRemaining()) {
            channel.write(all, at + all.position());
        }
    }

    /** Writes a tensor's bytes and gives their checksum. */
    CRC32 write(NewTensor tensor) throws IOException, CheckpointException {
        CRC32 sum = new CRC32();
        long end = done + tensor.bytes();
        tensor.source().writeTo(bytes -> write(tensor, bytes, end, sum));
        if (done != end) {
            throw new CheckpointException(tensor.name() + " was given " + (end - done) + " bytes too few");
        }
        return sum;
    }

    private void write(NewTensor tensor, MemorySegment bytes, long end, CRC32 sum) throws IOException {
        if (bytes.byteSize() > end - done) {
            throw new IOException(tensor.name() + " was given more than its " + tensor.bytes() + " bytes");
        }
        for (long at = 0; at < bytes.byteSize(); at += buffer.capacity()) {
            int count = (int) Math.min(buffer.capacity(), bytes.byteSize() - at);
            buffer.clear().limit(count);
            // Through a buffer of our own: the bytes may lie in arrays of any type.
            MemorySegment.ofBuffer(buffer).copyFrom(bytes.asSlice(at, count));
            sum.update(buffer.duplicate());
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            done += count;
            progress.written(done, total);
        }
    }
}
