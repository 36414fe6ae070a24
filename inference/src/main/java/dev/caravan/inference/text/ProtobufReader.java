package dev.caravan.inference.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Walks the fields of one protobuf message in memory. Every length is checked against the bytes that are there. */
final class ProtobufReader {

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final ByteBuffer buffer;
    private int wireType;

    private ProtobufReader(ByteBuffer buffer) {
        this.buffer = buffer.order(ByteOrder.LITTLE_ENDIAN);
    }

    static ProtobufReader of(byte[] message) {
        return new ProtobufReader(ByteBuffer.wrap(message));
    }

    /** The next field's number, or 0 at the end. Its value must be read or skipped before the next. */
    int next() throws TokenizerException {
        if (!buffer.hasRemaining()) {
            return 0;
        }
        long tag = varint();
        wireType = (int) (tag & 7);
        long field = tag >>> 3;
        if (field == 0 || field > Integer.MAX_VALUE) {
            throw damaged();
        }
        return (int) field;
    }

    long integer() throws TokenizerException {
        expect(VARINT);
        return varint();
    }

    float real() throws TokenizerException {
        expect(FIXED32);
        need(4);
        return buffer.getFloat();
    }

    byte[] bytes() throws TokenizerException {
        byte[] bytes = new byte[length()];
        buffer.get(bytes);
        return bytes;
    }

    String text() throws TokenizerException {
        ByteBuffer utf8 = slice();
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(utf8);
            return text.toString();
        } catch (CharacterCodingException e) {
            throw new TokenizerException("spiece.model is damaged: a text in it is not UTF-8", e);
        }
    }

    ProtobufReader message() throws TokenizerException {
        return new ProtobufReader(slice());
    }

    void skip() throws TokenizerException {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> advance(8);
            case LENGTH_DELIMITED -> advance(length());
            case FIXED32 -> advance(4);
            default -> throw damaged();
        }
    }

    private ByteBuffer slice() throws TokenizerException {
        int length = length();
        ByteBuffer slice = buffer.slice(buffer.position(), length);
        buffer.position(buffer.position() + length);
        return slice;
    }

    private int length() throws TokenizerException {
        expect(LENGTH_DELIMITED);
        long length = varint();
        if (length < 0 || length > buffer.remaining()) {
            throw damaged();
        }
        return (int) length;
    }

    private long varint() throws TokenizerException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            need(1);
            byte b = buffer.get();
            value |= (long) (b & 127) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw damaged();
    }

    private void advance(int count) throws TokenizerException {
        need(count);
        buffer.position(buffer.position() + count);
    }

    private void need(int count) throws TokenizerException {
        if (buffer.remaining() < count) {
            throw damaged();
        }
    }

    private void expect(int type) throws TokenizerException {
        if (wireType != type) {
            throw damaged();
        }
    }

    private static TokenizerException damaged() {
        return new TokenizerException("spiece.model is damaged or not a SentencePiece model");
    }
}
