package dev.caravan.inference.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a ZIP file says is in it, read from its end; ZIP64 included. Contents are never unpacked: checkpoints store them as they are. */
final class ZipDirectory {

    /**
     * @param method 0 for bytes as they are
     * @param header position of its local header
     */
    record Entry(String name, int flags, int method, long bytes, long header) {}

    private static final int END = 0x06054b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int LOCAL = 0x04034b50;
    private static final int END_BYTES = 22;
    private static final int ENCRYPTED = 1;
    private static final long SATURATED = 0xFFFFFFFFL;
    private static final int MAX_DIRECTORY = 16 << 20;

    private final FileBytes file;
    private final long directory;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private ZipDirectory(FileBytes file, long directory) {
        this.file = file;
        this.directory = directory;
    }

    static ZipDirectory read(FileBytes file) throws IOException, CheckpointException {
        long end = end(file);
        ByteBuffer record = file.littleEndian(end, END_BYTES);
        long count = record.getShort(10) & 0xFFFF;
        long bytes = record.getInt(12) & SATURATED;
        long start = record.getInt(16) & SATURATED;
        long limit = end;
        if (count == 0xFFFF || bytes == SATURATED || start == SATURATED) {
            limit = end64(file, end);
            ByteBuffer record64 = file.littleEndian(limit, 56);
            count = record64.getLong(32);
            bytes = record64.getLong(40);
            start = record64.getLong(48);
        }
        if (bytes < 0 || start < 0 || start > limit - bytes || bytes > MAX_DIRECTORY) {
            throw damaged(file, "its directory lies outside of it");
        }
        ZipDirectory zip = new ZipDirectory(file, start);
        zip.entries(file.littleEndian(start, (int) bytes), count);
        return zip;
    }

    /** The end record stands at the very end, before a comment whose length it knows. */
    private static long end(FileBytes file) throws IOException, CheckpointException {
        int tail = (int) Math.min(file.size(), END_BYTES + 0xFFFF);
        ByteBuffer bytes = file.littleEndian(file.size() - tail, tail);
        for (int at = tail - END_BYTES; at >= 0; at--) {
            if (bytes.getInt(at) == END && (bytes.getShort(at + 20) & 0xFFFF) == tail - at - END_BYTES) {
                return file.size() - tail + at;
            }
        }
        throw damaged(file, "it has no end, so not all of it is there");
    }

    private static long end64(FileBytes file, long end) throws IOException, CheckpointException {
        if (end >= 20) {
            ByteBuffer locator = file.littleEndian(end - 20, 20);
            long at = locator.getLong(8);
            if (locator.getInt(0) == LOCATOR_64 && at >= 0 && at <= end - 20 - 56 && file.littleEndian(at, 4).getInt() == END_64) {
                return at;
            }
        }
        throw damaged(file, "the record that a large archive needs is missing");
    }

    private void entries(ByteBuffer central, long count) throws CheckpointException {
        while (central.remaining() >= 46 && central.getInt(central.position()) == CENTRAL) {
            int at = central.position();
            int nameBytes = central.getShort(at + 28) & 0xFFFF;
            int extraBytes = central.getShort(at + 30) & 0xFFFF;
            int commentBytes = central.getShort(at + 32) & 0xFFFF;
            if (46 + nameBytes + extraBytes + commentBytes > central.remaining()) {
                break;
            }
            String name = new String(central.array(), at + 46, nameBytes, StandardCharsets.UTF_8);
            ByteBuffer extra = central.slice(at + 46 + nameBytes, extraBytes).order(ByteOrder.LITTLE_ENDIAN);
            if (entries.put(name, entry(name, central, at, extra)) != null) {
                throw damaged(file, "it has two entries called " + name);
            }
            central.position(at + 46 + nameBytes + extraBytes + commentBytes);
        }
        if (central.hasRemaining() || entries.size() != count) {
            throw damaged(file, "its directory does not list " + count + " entries");
        }
    }

    private Entry entry(String name, ByteBuffer central, int at, ByteBuffer extra) throws CheckpointException {
        long packed = central.getInt(at + 20) & SATURATED;
        long bytes = central.getInt(at + 24) & SATURATED;
        long header = central.getInt(at + 42) & SATURATED;
        ByteBuffer large = extra64(extra);
        // Only numbers that do not fit above are there, in this order.
        try {
            bytes = bytes == SATURATED ? large.getLong() : bytes;
            packed = packed == SATURATED ? large.getLong() : packed;
            header = header == SATURATED ? large.getLong() : header;
        } catch (java.nio.BufferUnderflowException e) {
            throw damaged(file, name + " lacks the sizes that a large entry needs");
        }
        int method = central.getShort(at + 10) & 0xFFFF;
        if (bytes < 0 || header < 0 || header > directory || method == 0 && packed != bytes) {
            throw damaged(file, name + " has impossible sizes");
        }
        return new Entry(name, central.getShort(at + 8) & 0xFFFF, method, bytes, header);
    }

    private static ByteBuffer extra64(ByteBuffer extra) {
        while (extra.remaining() >= 4) {
            int id = extra.getShort() & 0xFFFF;
            int length = extra.getShort() & 0xFFFF;
            if (length > extra.remaining()) {
                break;
            }
            if (id == 1) {
                return extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            }
            extra.position(extra.position() + length);
        }
        return ByteBuffer.allocate(0);
    }

    Map<String, Entry> entries() {
        return entries;
    }

    /**
     * Where the bytes of an entry begin. The lengths of name and extra field are those of the local header: PyTorch pads the latter.
     *
     * @throws CheckpointException when they are compressed or encrypted or reach out of their place
     */
    long data(Entry entry) throws IOException, CheckpointException {
        if (entry.method() != 0 || (entry.flags() & ENCRYPTED) != 0) {
            throw new CheckpointException(file.name() + ": " + entry.name() + " is " + (entry.method() != 0 ? "compressed" : "encrypted")
                    + ", which PyTorch never does: save the checkpoint again with torch.save");
        }
        if (entry.header() <= directory - 30) {
            ByteBuffer local = file.littleEndian(entry.header(), 30);
            long data = entry.header() + 30 + (local.getShort(26) & 0xFFFF) + (local.getShort(28) & 0xFFFF);
            if (local.getInt(0) == LOCAL && data <= directory - entry.bytes()) {
                return data;
            }
        }
        throw damaged(file, entry.name() + " is not where its directory says");
    }

    private static CheckpointException damaged(FileBytes file, String why) {
        return new CheckpointException(file.name() + " is damaged, download it again: " + why);
    }
}
