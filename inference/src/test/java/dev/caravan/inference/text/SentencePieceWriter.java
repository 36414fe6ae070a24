package dev.caravan.inference.text;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes messages of sentencepiece_model.proto, for tests. */
final class SentencePieceWriter {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    SentencePieceWriter integer(int field, long value) {
        varint((long) field << 3);
        varint(value);
        return this;
    }

    SentencePieceWriter real(int field, float value) {
        varint((long) field << 3 | 5);
        out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
        return this;
    }

    SentencePieceWriter bytes(int field, byte[] value) {
        varint((long) field << 3 | 2);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    SentencePieceWriter piece(String text, float score, int type) {
        return bytes(1, new SentencePieceWriter().bytes(1, text.getBytes(StandardCharsets.UTF_8)).real(2, score).integer(3, type).toBytes());
    }

    byte[] toBytes() {
        return out.toByteArray();
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
