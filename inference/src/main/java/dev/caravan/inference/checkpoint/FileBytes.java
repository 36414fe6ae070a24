package dev.caravan.inference.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file whose size is known, and ranges of it in memory. */
record FileBytes(Path path, FileChannel channel, long size) implements AutoCloseable {

    static FileBytes open(Path path) throws IOException, CheckpointException {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new CheckpointException(path.getFileName() + " is not a file");
        }
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        return new FileBytes(path, channel, channel.size());
    }

    /** For messages. */
    String name() {
        return String.valueOf(path.getFileName());
    }

    /** Bytes that are known to be there. */
    byte[] read(long at, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(count);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw new EOFException("it became shorter while it was read");
            }
        }
        return buffer.array();
    }

    /** As {@link #read}, for numbers as all these formats store them. */
    ByteBuffer littleEndian(long at, int count) throws IOException {
        return ByteBuffer.wrap(read(at, count)).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
