package dev.caravan.processors.frames;

import dev.caravan.inference.frame.Picture.Rgb24;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * How a camera was held, as a picture file says (Exif 2.32, tag 274): whoever shows the file turns it by that, so that somebody who chose
 * it by its looks means the turned one. What a file says wrongly counts as not said.
 *
 * @param transposed whether rows and columns change places; after that,
 * @param mirroredX  whether the left side of what is stored is at the other end of its axis
 * @param mirroredY  whether the top of what is stored is at the other end of its axis
 */
record Orientation(boolean transposed, boolean mirroredX, boolean mirroredY) {

    static final Orientation UPRIGHT = new Orientation(false, false, false);

    private static final int TAG = 274;
    private static final int SHORT = 3;
    private static final int ENTRY = 12;

    /** Of a whole picture file. */
    static Orientation of(PictureFormat format, byte[] file) {
        Optional<ByteBuffer> exif = switch (format) {
            case JPEG -> JpegFile.exif(file);
            case PNG -> PngFile.exif(file);
            case WEBP -> WebpFile.exif(file);
            case RGB24, I420 -> Optional.empty();
        };
        return exif.map(Orientation::ofTiff).orElse(UPRIGHT);
    }

    /** Of the TIFF structure that Exif is: byte order, 42, where the first list of entries is. */
    private static Orientation ofTiff(ByteBuffer tiff) {
        if (tiff.remaining() < 8) {
            return UPRIGHT;
        }
        ByteBuffer in = tiff.slice().order(tiff.get(tiff.position()) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long list = Integer.toUnsignedLong(in.getInt(4));
        if (in.getShort(2) != 42 || list > in.limit() - 2) {
            return UPRIGHT;
        }
        int count = Short.toUnsignedInt(in.getShort((int) list));
        for (int at = (int) list + 2; count > 0 && at + ENTRY <= in.limit(); at += ENTRY, count--) {
            if (in.getShort(at) == TAG) {
                return in.getShort(at + 2) == SHORT ? numbered(in.getShort(at + 8)) : UPRIGHT;
            }
        }
        return UPRIGHT;
    }

    private static Orientation numbered(int number) {
        return switch (number) {
            case 2 -> new Orientation(false, true, false);
            case 3 -> new Orientation(false, true, true);
            case 4 -> new Orientation(false, false, true);
            case 5 -> new Orientation(true, false, false);
            case 6 -> new Orientation(true, false, true);
            case 7 -> new Orientation(true, true, true);
            case 8 -> new Orientation(true, true, false);
            default -> UPRIGHT;
        };
    }

    /** The picture as it is to be seen; the same object when it is stored so. */
    Rgb24 turned(Rgb24 stored) {
        if (equals(UPRIGHT)) {
            return stored;
        }
        int width = transposed ? stored.height() : stored.width();
        int height = transposed ? stored.width() : stored.height();
        byte[] from = stored.data();
        byte[] to = new byte[from.length];
        int at = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int column = transposed ? y : x;
                int row = transposed ? x : y;
                column = mirroredX ? stored.width() - 1 - column : column;
                row = mirroredY ? stored.height() - 1 - row : row;
                System.arraycopy(from, 3 * (row * stored.width() + column), to, at, 3);
                at += 3;
            }
        }
        return new Rgb24(width, height, to);
    }
}
