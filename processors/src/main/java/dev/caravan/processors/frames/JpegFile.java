package dev.caravan.processors.frames;

import dev.caravan.inference.frame.BadPictureException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** The marker segments of a JPEG file (ITU-T T.81, annex B). */
final class JpegFile {

    /** Usual progressive files have about ten. Each one costs a pass over all pixels, so a small file with thousands would stall us. */
    private static final int MAX_SCANS = 32;

    private static final int SOF_BASELINE = 0xC0;
    private static final int SOF_PROGRESSIVE = 0xC2;
    private static final int DHT = 0xC4;
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int DQT = 0xDB;
    private static final int DRI = 0xDD;
    private static final int APP0 = 0xE0;
    private static final int APP1 = 0xE1;
    private static final int APP_ADOBE = 0xEE;
    private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};

    private JpegFile() {}

    static boolean looksLikeOne(byte[] d) {
        return d.length >= 3 && at(d, 0) == 0xFF && at(d, 1) == 0xD8 && at(d, 2) == 0xFF;
    }

    static PictureHeader header(byte[] d) throws BadPictureException {
        for (int i = 2; ; ) {
            i = marker(d, i);
            int code = at(d, i + 1);
            if (code == SOS || code == EOI) {
                throw new BadPictureException("the JPEG has no frame header before its data");
            }
            int end = segmentEnd(d, i);
            if (isFrameHeader(code)) {
                return frameHeader(d, i, end, code);
            }
            i = end;
        }
    }

    /**
     * The file without comments, EXIF, profiles and whatever follows the end marker: tables, the one frame header, the scans, and the
     * two application segments that tell how colours are coded.
     */
    static byte[] essentials(byte[] d) throws BadPictureException {
        var out = new ByteArrayOutputStream(d.length);
        out.write(d, 0, 2);
        int scans = 0;
        boolean framed = false;
        Set<Integer> unseen = new HashSet<>();
        for (int i = 2; ; ) {
            i = marker(d, i);
            int code = at(d, i + 1);
            if (code == EOI) {
                if (!framed || !unseen.isEmpty()) {
                    throw new BadPictureException("the JPEG ends before all of its colour planes came");
                }
                out.write(d, i, 2);
                return out.toByteArray();
            }
            int end = segmentEnd(d, i);
            if (isFrameHeader(code)) {
                if (framed) {
                    throw new BadPictureException("the JPEG has more than one frame");
                }
                framed = true;
                frameHeader(d, i, end, code);
                unseen.addAll(components(d, i + 9, end, 3));
            }
            if (code == SOS) {
                unseen.removeAll(components(d, i + 4, end, 2));
                if (++scans > MAX_SCANS) {
                    throw new BadPictureException("the JPEG has more than " + MAX_SCANS + " scans");
                }
                end = entropyEnd(d, end);
            }
            if (makesPixels(d, i, code)) {
                out.write(d, i, end - i);
            }
            i = end;
        }
    }

    /** What the camera said of the picture, if that comes before its data. */
    static Optional<ByteBuffer> exif(byte[] d) {
        try {
            for (int i = 2; ; ) {
                i = marker(d, i);
                int code = at(d, i + 1);
                if (code == SOS || code == EOI) {
                    return Optional.empty();
                }
                int end = segmentEnd(d, i);
                if (code == APP1 && startsWith(d, i + 4, end, EXIF)) {
                    return Optional.of(ByteBuffer.wrap(d, i + 4 + EXIF.length, end - i - 4 - EXIF.length));
                }
                i = end;
            }
        } catch (BadPictureException e) {
            return Optional.empty(); // whoever decodes it says so
        }
    }

    private static boolean startsWith(byte[] d, int from, int end, byte[] begin) {
        return end - from >= begin.length && Arrays.equals(d, from, from + begin.length, begin, 0, begin.length);
    }

    /** Where the next marker begins, past fill bytes; two bytes can be read there. */
    private static int marker(byte[] d, int from) throws BadPictureException {
        int i = from;
        while (i + 1 < d.length && at(d, i) == 0xFF && at(d, i + 1) == 0xFF) {
            i++;
        }
        if (i + 1 >= d.length) {
            throw cutShort();
        }
        if (at(d, i) != 0xFF || at(d, i + 1) == 0) {
            throw new BadPictureException("the JPEG is broken: no marker at byte " + i);
        }
        return i;
    }

    private static int segmentEnd(byte[] d, int i) throws BadPictureException {
        if (i + 4 > d.length) {
            throw cutShort();
        }
        int length = u16(d, i + 2);
        if (length < 2) {
            throw new BadPictureException("the JPEG is broken: an impossible segment length at byte " + i);
        }
        if (i + 2 + length > d.length) {
            throw cutShort();
        }
        return i + 2 + length;
    }

    /** Entropy-coded data ends at the first marker that is neither a stuffed zero nor a restart. */
    private static int entropyEnd(byte[] d, int from) throws BadPictureException {
        for (int i = from; i + 1 < d.length; i++) {
            if (d[i] == (byte) 0xFF) {
                int next = at(d, i + 1);
                if (next != 0 && next != 0xFF && (next < 0xD0 || next > 0xD7)) {
                    return i;
                }
            }
        }
        throw cutShort();
    }

    private static boolean isFrameHeader(int code) {
        return code >= 0xC0 && code <= 0xCF && code != DHT && code != 0xC8 && code != 0xCC;
    }

    private static boolean makesPixels(byte[] d, int i, int code) {
        return switch (code) {
            case DHT, DQT, DRI, SOS, APP_ADOBE -> true;
            // Of the many users of APP0 only JFIF is harmless; "AVI1" would switch the decoder to interlaced fields.
            case APP0 -> u16(d, i + 2) >= 7 && d[i + 4] == 'J' && d[i + 5] == 'F' && d[i + 6] == 'I' && d[i + 7] == 'F';
            default -> isFrameHeader(code);
        };
    }

    private static PictureHeader frameHeader(byte[] d, int i, int end, int code) throws BadPictureException {
        if (code > SOF_PROGRESSIVE || code < SOF_BASELINE) {
            throw new BadPictureException("only baseline and progressive JPEG is accepted; this one is lossless or arithmetic");
        }
        if (end - i < 10) {
            throw cutShort();
        }
        int bits = at(d, i + 4);
        int height = u16(d, i + 5);
        int width = u16(d, i + 7);
        int components = at(d, i + 9);
        if (bits != 8 || (components != 1 && components != 3)) {
            throw new BadPictureException("only JPEG of 8 bits and 1 or 3 components is accepted; this one has " + bits + " bits and "
                    + components + " components");
        }
        if (width == 0 || height == 0) {
            throw new BadPictureException("the JPEG does not say its size in its frame header");
        }
        return new PictureHeader(PictureFormat.JPEG, width, height);
    }

    /** Ids of the components that a frame or scan header lists: their number, then one entry of {@code size} bytes for each. */
    private static Set<Integer> components(byte[] d, int at, int end, int size) throws BadPictureException {
        int count = at < end ? at(d, at) : 0;
        if (at + 1 + count * size > end) {
            throw cutShort();
        }
        Set<Integer> ids = new HashSet<>();
        for (int k = 0; k < count; k++) {
            ids.add(at(d, at + 1 + k * size));
        }
        return ids;
    }

    private static BadPictureException cutShort() {
        return new BadPictureException("the JPEG is cut short");
    }

    private static int at(byte[] d, int i) {
        return d[i] & 0xFF;
    }

    private static int u16(byte[] d, int i) {
        return at(d, i) << 8 | at(d, i + 1);
    }
}
