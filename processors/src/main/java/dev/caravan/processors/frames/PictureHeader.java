package dev.caravan.processors.frames;

/**
 * What the first bytes of a picture file say.
 *
 * @param format {@link PictureFormat#JPEG}, {@link PictureFormat#PNG} or {@link PictureFormat#WEBP}
 * @param width  pixels, at least 1, not yet checked against any limit
 * @param height pixels, at least 1, not yet checked against any limit
 */
public record PictureHeader(PictureFormat format, int width, int height) {}
