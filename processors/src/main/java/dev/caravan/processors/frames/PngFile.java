package dev.caravan.processors.frames;

import dev.caravan.inference.frame.BadPictureException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/** The chunks of a PNG file (W3C PNG, section 5). */
final class PngFile {

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int IHDR = 0x49484452;
    private static final int PLTE = 0x504C5445;
    private static final int IDAT = 0x49444154;
    private static final int IEND = 0x49454E44;
    private static final int EXIF = 0x65584966;

    /** Length, type and checksum around the data of a chunk. */
    private static final int CHUNK_OVERHEAD = 12;

    private PngFile() {}

    static boolean looksLikeOne(byte[] d) {
        return d.length >= SIGNATURE.length && Arrays.equals(d, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length);
    }

    static PictureHeader header(byte[] d) throws BadPictureException {
        ByteBuffer in = ByteBuffer.wrap(d);
        int first = SIGNATURE.length;
        if (d.length < first + CHUNK_OVERHEAD + 13) {
            throw cutShort();
        }
        if (in.getInt(first) != 13 || in.getInt(first + 4) != IHDR) {
            throw new BadPictureException("the PNG is broken: it does not begin with its header");
        }
        int width = in.getInt(first + 8);
        int height = in.getInt(first + 12);
        if (width < 1 || height < 1) {
            throw new BadPictureException("the PNG is broken: impossible size");
        }
        int depth = d[first + 16];
        int colour = d[first + 17];
        boolean known = switch (colour) {
            case 0 -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
            case 2, 4, 6 -> depth == 8 || depth == 16;
            case 3 -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
            default -> false;
        };
        if (!known || d[first + 18] != 0 || d[first + 19] != 0 || d[first + 20] < 0 || d[first + 20] > 1) {
            throw new BadPictureException("the PNG is broken: unknown colour type, depth or compression");
        }
        return new PictureHeader(PictureFormat.PNG, width, height);
    }

    /**
     * The file without ancillary chunks. Some of them (texts, colour profiles) are compressed on their own, and a decoder that unpacks
     * them can be made to fill the memory from a few kilobytes; none is needed for the pixels. Transparency is dropped with them.
     */
    static byte[] essentials(byte[] d) throws BadPictureException {
        ByteBuffer in = ByteBuffer.wrap(d);
        var out = new ByteArrayOutputStream(d.length);
        out.write(d, 0, SIGNATURE.length);
        for (int i = SIGNATURE.length; ; ) {
            if (i + CHUNK_OVERHEAD > d.length) {
                throw cutShort();
            }
            int length = in.getInt(i);
            int type = in.getInt(i + 4);
            if (length < 0 || length > d.length - i - CHUNK_OVERHEAD) {
                throw cutShort();
            }
            switch (type) {
                case IHDR -> {
                    if (i != SIGNATURE.length) {
                        throw new BadPictureException("the PNG is broken: a second header");
                    }
                    out.write(d, i, CHUNK_OVERHEAD + length);
                }
                case PLTE, IDAT -> out.write(d, i, CHUNK_OVERHEAD + length);
                case IEND -> {
                    out.write(d, i, CHUNK_OVERHEAD + length);
                    return out.toByteArray();
                }
                default -> {
                    boolean critical = (type >>> 29 & 1) == 0;
                    if (critical) {
                        throw new BadPictureException("the PNG is broken: an unknown critical chunk at byte " + i);
                    }
                }
            }
            i += CHUNK_OVERHEAD + length;
        }
    }

    /** What the camera said of the picture, if that is in a chunk of its own. */
    static Optional<ByteBuffer> exif(byte[] d) {
        ByteBuffer in = ByteBuffer.wrap(d);
        for (long i = SIGNATURE.length; i + CHUNK_OVERHEAD <= d.length; ) {
            long length = Integer.toUnsignedLong(in.getInt((int) i));
            if (length > d.length - i - CHUNK_OVERHEAD) {
                break;
            }
            if (in.getInt((int) i + 4) == EXIF) {
                return Optional.of(ByteBuffer.wrap(d, (int) i + 8, (int) length));
            }
            i += CHUNK_OVERHEAD + length;
        }
        return Optional.empty();
    }

    private static BadPictureException cutShort() {
        return new BadPictureException("the PNG is cut short");
    }
}
