package dev.caravan.processors.frames;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Picture;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Tells what a picture file is, and how large, from its first bytes. Allocates nothing that depends on what the bytes claim, so it may
 * run on a Kafka poll thread with whatever a stranger sends. Thread-safe.
 */
public final class PictureProbe {

    private final PictureLimits limits;

    public PictureProbe(PictureLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads the header; the magic bytes decide what the file is.
     *
     * @throws BadPictureException when it is not a JPEG, PNG or WebP picture that can be decoded here
     */
    public static PictureHeader read(byte[] data) throws BadPictureException {
        if (JpegFile.looksLikeOne(data)) {
            return JpegFile.header(data);
        }
        if (PngFile.looksLikeOne(data)) {
            return PngFile.header(data);
        }
        if (WebpFile.looksLikeOne(data)) {
            return WebpFile.header(data);
        }
        throw new BadPictureException(data.length == 0
                ? "the picture is empty"
                : "not a JPEG, PNG or WebP picture (it begins with "
                        + HexFormat.ofDelimiter(" ").formatHex(data, 0, Math.min(4, data.length)) + ")");
    }

    /**
     * Accepts a picture without decoding it. The array belongs to the result from now on.
     *
     * @param declared what the sender says it is, if anything; must agree with the bytes
     * @throws BadPictureException when it is not a picture, not the declared one, or larger than the limits
     */
    public Picture.Encoded check(Optional<PictureFormat> declared, byte[] data) throws BadPictureException {
        limits.checkBytes(data.length);
        PictureHeader header = read(data);
        if (declared.isPresent() && declared.get() != header.format()) {
            throw new BadPictureException("content-type says " + declared.get().contentType() + " but the bytes are "
                    + header.format().contentType());
        }
        limits.checkSize(header.width(), header.height());
        return new Picture.Encoded(header.format().contentType(), header.width(), header.height(), data);
    }

    /** Only the parts of the file that make its pixels: what a decoder never sees cannot confuse it. */
    static byte[] essentials(PictureFormat format, byte[] data) throws BadPictureException {
        return switch (format) {
            case JPEG -> JpegFile.essentials(data);
            case PNG -> PngFile.essentials(data);
            case WEBP -> WebpFile.essentials(data);
            case RGB24, I420 -> throw new IllegalArgumentException(format + " is not a file format");
        };
    }
}
