package dev.caravan.inference.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The bytes of a pickle, read from the front; all lengths are checked against what is left. */
final class PickleInput {

    private static final int MAX_TEXT = 1 << 20;
    private static final int MAX_GLOBAL = 512;

    private final String file;
    private final ByteBuffer bytes;

    /** @param file for messages */
    PickleInput(String file, byte[] bytes, int from) {
        this.file = file;
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(from);
    }

    int position() {
        return bytes.position();
    }

    int u8() throws CheckpointException {
        return need(1).get() & 255;
    }

    int u16() throws CheckpointException {
        return need(2).getShort() & 0xFFFF;
    }

    int i32() throws CheckpointException {
        return need(4).getInt();
    }

    long u32() throws CheckpointException {
        return need(4).getInt() & 0xFFFFFFFFL;
    }

    long i64() throws CheckpointException {
        return need(8).getLong();
    }

    /** A whole number in two's complement of as many bytes; {@link Pickled.Plain#OTHER} beyond 64 bits. */
    Pickled whole(long length) throws CheckpointException {
        if (length > 8) {
            skip(length);
            return Pickled.Plain.OTHER;
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            // The last byte carries the sign.
            value |= (i == length - 1 ? (long) need(1).get() : u8()) << 8 * i;
        }
        return new Pickled.Whole(value);
    }

    Pickled.Text text(long length) throws CheckpointException {
        if (length < 0 || length > MAX_TEXT) {
            throw refused("holds a text of " + Long.toUnsignedString(length) + " bytes; at most " + MAX_TEXT + " are read");
        }
        byte[] utf8 = new byte[(int) Math.min(length, need(length).remaining())];
        bytes.get(utf8);
        return new Pickled.Text(new String(utf8, StandardCharsets.UTF_8));
    }

    /** Up to the end of the line. */
    String line() throws CheckpointException {
        int from = bytes.position();
        int to = from;
        while (to < bytes.limit() && bytes.get(to) != '\n') {
            if (to++ - from == MAX_GLOBAL) {
                throw refused("names a class with more than " + MAX_GLOBAL + " characters");
            }
        }
        String line = text(to - from).value();
        need(1).get();
        return line;
    }

    void skip(long length) throws CheckpointException {
        need(length).position(bytes.position() + (int) length);
    }

    private ByteBuffer need(long count) throws CheckpointException {
        if (count < 0 || count > bytes.remaining()) {
            throw refused("ends in the middle");
        }
        return bytes;
    }

    CheckpointException refused(String why) {
        return new CheckpointException(file + " is damaged or not to be trusted: its pickle " + why);
    }
}
