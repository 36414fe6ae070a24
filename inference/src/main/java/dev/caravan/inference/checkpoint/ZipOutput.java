package dev.caravan.inference.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Writes a ZIP of entries stored as they are, each beginning at a multiple of 64 bytes, with ZIP64 records where numbers need them. */
final class ZipOutput {

    private static final int ALIGNMENT = 64;
    private static final int UTF_8_NAME = 0x0800;
    /** The first of January 1980: files are the same whenever they are written. */
    private static final short DATE = 0x21;
    /** Identifies what PyTorch pads with. */
    private static final short PADDING = 0x4246;

    private final FileOutput out;
    /** Numbers from here on are written as ZIP64 does. */
    private final long large;
    private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
    private int entries;

    ZipOutput(FileOutput out, long large) {
        this.out = out;
        this.large = large;
    }

    /** Writes an entry's bytes and gives their checksum. */
    @FunctionalInterface
    interface Content {

        CRC32 write() throws IOException, CheckpointException;
    }

    void entry(String name, byte[] bytes) throws IOException, CheckpointException {
        entry(name, bytes.length, () -> {
            out.write(bytes);
            CRC32 sum = new CRC32();
            sum.update(bytes);
            return sum;
        });
    }

    void entry(String name, long bytes, Content content) throws IOException, CheckpointException {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        long header = out.position();
        boolean size64 = bytes >= large;
        int before = 30 + utf8.length + (size64 ? 20 : 0) + 4;
        int padding = (int) ((ALIGNMENT - (header + before) % ALIGNMENT) % ALIGNMENT);
        ByteBuffer local = littleEndian(before + padding).putInt(0x04034b50);
        common(local, size64, 0, bytes, utf8.length, before - 30 - utf8.length + padding).put(utf8);
        if (size64) {
            local.putShort((short) 1).putShort((short) 16).putLong(bytes).putLong(bytes);
        }
        local.putShort(PADDING).putShort((short) padding);
        out.write(local.array());
        int sum = (int) content.write().getValue();
        out.patch(header + 14, littleEndian(4).putInt(sum).array());

        boolean header64 = header >= large;
        int extra = (size64 ? 16 : 0) + (header64 ? 8 : 0);
        ByteBuffer central = littleEndian(46 + utf8.length + (extra == 0 ? 0 : 4 + extra)).putInt(0x02014b50).putShort((short) 45);
        common(central, size64 || header64, sum, bytes, utf8.length, extra == 0 ? 0 : 4 + extra);
        central.position(42).putInt(header64 ? -1 : (int) header).put(utf8);
        if (size64) {
            central.putShort((short) 1).putShort((short) extra).putLong(bytes).putLong(bytes);
        } else if (header64) {
            central.putShort((short) 1).putShort((short) extra);
        }
        if (header64) {
            central.putLong(header);
        }
        directory.writeBytes(central.array());
        entries++;
    }

    /** What local and central header have in common, from the version that is needed on. */
    private ByteBuffer common(ByteBuffer header, boolean zip64, int sum, long bytes, int name, int extra) {
        int size = bytes >= large ? -1 : (int) bytes;
        return header.putShort((short) (zip64 ? 45 : 20)).putShort((short) UTF_8_NAME).putShort((short) 0).putShort((short) 0)
                .putShort(DATE).putInt(sum).putInt(size).putInt(size).putShort((short) name).putShort((short) extra);
    }

    /** Writes the directory. */
    void finish() throws IOException {
        long start = out.position();
        out.write(directory.toByteArray());
        long end = out.position();
        boolean zip64 = start >= large || entries >= 0xFFFF;
        if (zip64) {
            out.write(littleEndian(56 + 20).putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45).putInt(0).putInt(0)
                    .putLong(entries).putLong(entries).putLong(end - start).putLong(start)
                    .putInt(0x07064b50).putInt(0).putLong(end).putInt(1).array());
        }
        short count = (short) (zip64 ? -1 : entries);
        out.write(littleEndian(22).putInt(0x06054b50).putInt(0).putShort(count).putShort(count)
                .putInt(zip64 ? -1 : (int) (end - start)).putInt(zip64 ? -1 : (int) start).putShort((short) 0).array());
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
