package dev.caravan.inference.checkpoint;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes a pickle of protocol 2, instruction by instruction. */
final class PickleOutput {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    PickleOutput() {
        op(Opcode.PROTO).out.write(2);
    }

    PickleOutput op(Opcode opcode) {
        out.write(opcode.code());
        return this;
    }

    PickleOutput text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        op(Opcode.BINUNICODE).out.writeBytes(littleEndian(4).putInt(utf8.length).array());
        out.writeBytes(utf8);
        return this;
    }

    PickleOutput whole(long value) {
        if (value == (int) value) {
            op(Opcode.BININT).out.writeBytes(littleEndian(4).putInt((int) value).array());
        } else {
            byte[] bigEndian = BigInteger.valueOf(value).toByteArray();
            op(Opcode.LONG1).out.write(bigEndian.length);
            for (int i = bigEndian.length - 1; i >= 0; i--) {
                out.write(bigEndian[i]);
            }
        }
        return this;
    }

    PickleOutput wholes(long... values) {
        op(Opcode.MARK);
        for (long value : values) {
            whole(value);
        }
        return op(Opcode.TUPLE);
    }

    /** A class or function by name. */
    PickleOutput global(String module, String name) {
        op(Opcode.GLOBAL).out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
