package dev.caravan.processors.frames;

import dev.caravan.inference.frame.BadPictureException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** The RIFF chunks of a WebP file (RFC 9649). */
final class WebpFile {

    private static final int RIFF = 0x46464952;
    private static final int WEBP = 0x50424557;
    private static final int LOSSY = 0x20385056; // "VP8 "
    private static final int LOSSLESS = 0x4C385056; // "VP8L"
    private static final int EXTENDED = 0x58385056; // "VP8X"
    private static final int EXIF = 0x46495845;
    private static final int EXIF_MARK = 0x66697845; // "Exif"
    private static final int ANIMATION_FLAG = 0x02;
    private static final int FIRST_CHUNK = 12;

    private WebpFile() {}

    /** The one chunk that holds the pixels: where its own header begins, and the length of its data. */
    private record Image(int start, int length, int width, int height) {}

    static boolean looksLikeOne(byte[] d) {
        if (d.length < FIRST_CHUNK) {
            return false;
        }
        ByteBuffer in = view(d);
        return in.getInt(0) == RIFF && in.getInt(8) == WEBP;
    }

    static PictureHeader header(byte[] d) throws BadPictureException {
        Image image = find(d);
        return new PictureHeader(PictureFormat.WEBP, image.width, image.height);
    }

    /** The simplest file around the same pixels: no alpha plane, profile, EXIF or XMP. */
    static byte[] essentials(byte[] d) throws BadPictureException {
        Image image = find(d);
        int padded = image.length + (image.length & 1);
        byte[] out = new byte[FIRST_CHUNK + 8 + padded];
        view(out).putInt(0, RIFF).putInt(4, out.length - 8).putInt(8, WEBP);
        System.arraycopy(d, image.start, out, FIRST_CHUNK, 8 + image.length);
        return out;
    }

    /** What the camera said of the picture; some writers begin it as in a JPEG file. */
    static Optional<ByteBuffer> exif(byte[] d) {
        ByteBuffer in = view(d);
        for (long i = FIRST_CHUNK; i + 8 <= d.length; ) {
            long length = Integer.toUnsignedLong(in.getInt((int) i + 4));
            if (length > d.length - i - 8) {
                break;
            }
            if (in.getInt((int) i) == EXIF) {
                int marked = length >= 6 && in.getInt((int) i + 8) == EXIF_MARK ? 6 : 0;
                return Optional.of(ByteBuffer.wrap(d, (int) i + 8 + marked, (int) length - marked));
            }
            i += 8 + length + (length & 1);
        }
        return Optional.empty();
    }

    private static Image find(byte[] d) throws BadPictureException {
        ByteBuffer in = view(d);
        long riffEnd = 8 + Integer.toUnsignedLong(in.getInt(4));
        if (riffEnd > d.length) {
            throw cutShort();
        }
        int canvasWidth = 0;
        int canvasHeight = 0;
        for (int i = FIRST_CHUNK; ; ) {
            if (i + 8 > riffEnd) {
                throw new BadPictureException("the WebP has no picture in it");
            }
            int type = in.getInt(i);
            int length = in.getInt(i + 4);
            if (length < 0 || length > riffEnd - i - 8) {
                throw cutShort();
            }
            if (type == LOSSY || type == LOSSLESS) {
                Image image = type == LOSSY ? lossy(in, i, length) : lossless(in, i, length);
                if (canvasWidth != 0 && (image.width != canvasWidth || image.height != canvasHeight)) {
                    throw new BadPictureException("the WebP is broken: picture and canvas differ in size");
                }
                return image;
            }
            if (type == EXTENDED) {
                if (length < 10) {
                    throw cutShort();
                }
                if ((in.get(i + 8) & ANIMATION_FLAG) != 0) {
                    throw new BadPictureException("animated WebP is not accepted; send single pictures");
                }
                canvasWidth = u24(in, i + 12) + 1;
                canvasHeight = u24(in, i + 15) + 1;
            }
            i = (int) Math.min(i + 8L + length + (length & 1), d.length);
        }
    }

    private static Image lossy(ByteBuffer in, int i, int length) throws BadPictureException {
        int data = i + 8;
        if (length < 10) {
            throw cutShort();
        }
        boolean keyFrame = (in.get(data) & 1) == 0;
        if (!keyFrame || u24(in, data + 3) != 0x2A019D) {
            throw new BadPictureException("the WebP is broken: no key frame");
        }
        return image(i, length, in.getShort(data + 6) & 0x3FFF, in.getShort(data + 8) & 0x3FFF);
    }

    private static Image lossless(ByteBuffer in, int i, int length) throws BadPictureException {
        int data = i + 8;
        if (length < 5) {
            throw cutShort();
        }
        if (in.get(data) != 0x2F) {
            throw new BadPictureException("the WebP is broken: no lossless signature");
        }
        int bits = in.getInt(data + 1);
        return image(i, length, (bits & 0x3FFF) + 1, (bits >>> 14 & 0x3FFF) + 1);
    }

    private static Image image(int start, int length, int width, int height) throws BadPictureException {
        if (width == 0 || height == 0) {
            throw new BadPictureException("the WebP is broken: impossible size");
        }
        return new Image(start, length, width, height);
    }

    private static int u24(ByteBuffer in, int i) {
        return in.getShort(i) & 0xFFFF | (in.get(i + 2) & 0xFF) << 16;
    }

    private static ByteBuffer view(byte[] d) {
        return ByteBuffer.wrap(d).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static BadPictureException cutShort() {
        return new BadPictureException("the WebP is cut short");
    }
}
