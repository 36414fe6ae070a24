package dev.caravan.processors.frames;

import dev.caravan.inference.frame.BadPictureException;

/**
 * How large a picture from outside may be. Checked on the header, before anything of pixel size is allocated.
 *
 * @param maxBytes  bytes of the file or of the raw pixels as sent
 * @param maxWidth  pixels
 * @param maxHeight pixels
 * @param maxPixels width times height
 */
public record PictureLimits(int maxBytes, int maxWidth, int maxHeight, int maxPixels) {

    /** 8 MiB (the largest Kafka record the hub takes), 4096 pixels either way, and 4096x2304 in all. */
    public static final PictureLimits DEFAULTS = new PictureLimits(8 << 20, 4096, 4096, 4096 * 2304);

    public PictureLimits {
        if (maxBytes < 1 || maxWidth < 1 || maxHeight < 1 || maxPixels < 1) {
            throw new IllegalArgumentException("picture limits are at least 1; given " + maxBytes + " bytes, " + maxWidth + "x"
                    + maxHeight + ", " + maxPixels + " pixels");
        }
    }

    void checkBytes(long bytes) throws BadPictureException {
        if (bytes > maxBytes) {
            throw new BadPictureException("the picture takes " + bytes + " bytes; at most " + maxBytes + " are accepted");
        }
    }

    void checkSize(int width, int height) throws BadPictureException {
        if (width < 1 || height < 1) {
            throw new BadPictureException("a picture is at least 1x1; " + width + "x" + height + " given");
        }
        if (width > maxWidth || height > maxHeight || (long) width * height > maxPixels) {
            throw new BadPictureException("the picture is " + width + "x" + height + "; at most " + maxWidth + "x" + maxHeight
                    + " and " + maxPixels + " pixels are accepted");
        }
    }
}
