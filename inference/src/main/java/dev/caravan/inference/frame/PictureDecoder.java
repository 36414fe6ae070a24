package dev.caravan.inference.frame;

/** Turns an encoded picture into pixels. Thread-safe. */
@FunctionalInterface
public interface PictureDecoder {

    /**
     * Decodes to {@link Picture.I420} or {@link Picture.Rgb24}, whichever is nearer to the file.
     *
     * @throws BadPictureException when the bytes are not a picture or break a limit; the message says why in one line
     */
    Picture decode(Picture.Encoded encoded) throws BadPictureException;
}
