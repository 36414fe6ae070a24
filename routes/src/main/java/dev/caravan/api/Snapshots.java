package dev.caravan.api;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Frame;
import dev.caravan.processors.frames.FfmpegPictures;
import java.util.Optional;

/** The newest picture of a session as a JPEG answer. */
final class Snapshots {

    private static final int DEFAULT_QUALITY = 85;
    private static final int MAX_QUALITY = 100;
    private static final int MAX_WIDTH = 8192;

    private final FfmpegPictures pictures;

    Snapshots(FfmpegPictures pictures) {
        this.pictures = pictures;
    }

    /** Reads {@code quality} (1..100, 85) and {@code width} (at most that wide, never enlarged) from the query: 422 when they are wrong. */
    Reply jpeg(Request request, Optional<Frame> newest, String noFrame) throws BadPictureException {
        int quality = (int) request.queryNumber("quality", 1, MAX_QUALITY, DEFAULT_QUALITY);
        int width = (int) request.queryNumber("width", 1, MAX_WIDTH, MAX_WIDTH);
        Frame frame = newest.orElseThrow(() -> ApiError.notFound(noFrame));
        byte[] jpeg = width < frame.width()
                ? pictures.thumbnail(frame.picture(), width, quality)
                : pictures.encodeJpeg(frame.picture(), quality);
        return Reply.bytes("image/jpeg", jpeg).with("Cache-Control", "no-store");
    }
}
