package dev.caravan.inference.ort;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads which libraries a 64-bit little-endian ELF library wants, as {@code readelf -d} does: the DT_NEEDED entries of PT_DYNAMIC. */
final class ElfNeeded {

    private static final int HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int LOAD = 1;
    private static final int DYNAMIC = 2;
    private static final int NEEDED = 1;
    private static final int STRINGS = 5;
    private static final int LONGEST_NAME = 256;
    private static final long LARGEST_DYNAMIC = 1 << 16;

    private final FileChannel file;

    private ElfNeeded(FileChannel file) {
        this.file = file;
    }

    /** @throws IOException when it cannot be read or is no such library */
    static List<String> of(Path library) throws IOException {
        try (FileChannel file = FileChannel.open(library)) {
            return new ElfNeeded(file).needed();
        }
    }

    private List<String> needed() throws IOException {
        ByteBuffer header = read(0, HEADER);
        if (header.getInt(0) != 0x464C457F || header.get(4) != 2 || header.get(5) != 1 || header.getShort(54) != PROGRAM_HEADER) {
            throw new IOException("no 64-bit ELF library");
        }
        ByteBuffer programs = read(header.getLong(32), PROGRAM_HEADER * Short.toUnsignedInt(header.getShort(56)));
        List<Long> names = new ArrayList<>();
        long strings = -1;
        for (int at = 0; at < programs.limit(); at += PROGRAM_HEADER) {
            if (programs.getInt(at) == DYNAMIC) {
                ByteBuffer dynamic = read(programs.getLong(at + 8), (int) Math.min(LARGEST_DYNAMIC, programs.getLong(at + 32)));
                for (int entry = 0; entry + 16 <= dynamic.limit(); entry += 16) {
                    if (dynamic.getLong(entry) == NEEDED) {
                        names.add(dynamic.getLong(entry + 8));
                    } else if (dynamic.getLong(entry) == STRINGS) {
                        strings = dynamic.getLong(entry + 8);
                    }
                }
            }
        }
        List<String> needed = new ArrayList<>();
        for (long name : names) {
            needed.add(text(inFile(programs, strings) + name));
        }
        return needed;
    }

    /** Where an address of the loaded library lies in the file. */
    private static long inFile(ByteBuffer programs, long address) throws IOException {
        for (int at = 0; at < programs.limit(); at += PROGRAM_HEADER) {
            long start = programs.getLong(at + 16);
            if (programs.getInt(at) == LOAD && start <= address && address - start < programs.getLong(at + 32)) {
                return programs.getLong(at + 8) + address - start;
            }
        }
        throw new IOException("no string table");
    }

    private String text(long position) throws IOException {
        ByteBuffer bytes = read(position, (int) Math.min(LONGEST_NAME, file.size() - position));
        int end = 0;
        while (end < bytes.limit() && bytes.get(end) != 0) {
            end++;
        }
        return StandardCharsets.US_ASCII.decode(bytes.slice(0, end)).toString();
    }

    private ByteBuffer read(long position, int bytes) throws IOException {
        if (position < 0 || bytes < 0 || position > file.size() - bytes) {
            throw new EOFException("the library is cut off");
        }
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining() && file.read(buffer, position + buffer.position()) >= 0) {
            // Until full.
        }
        return buffer.flip();
    }
}
