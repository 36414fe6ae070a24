package dev.caravan.processors.frames;

import dev.caravan.inference.frame.Picture;
import java.util.Locale;
import java.util.Optional;

/**
 * The forms a picture may have on the wire. Each has one content type that is written and a few names that are understood; case and
 * unknown parameters of a content type do not matter.
 */
public enum PictureFormat {
    JPEG("image/jpeg"),
    PNG("image/png"),
    WEBP("image/webp"),
    /** The bytes of {@link Picture.Rgb24}; needs width and height beside it. */
    RGB24("video/raw;format=rgb24"),
    /** The bytes of {@link Picture.I420}; needs width and height beside it. */
    I420("video/raw;format=i420");

    /** All short names, for messages. */
    public static final String NAMES = "jpeg, png, webp, rgb24, i420";

    private final String contentType;

    PictureFormat(String contentType) {
        this.contentType = contentType;
    }

    /** What is written to the {@code content-type} header. */
    public String contentType() {
        return contentType;
    }

    /** Whether the bytes are pixels without a file header. */
    public boolean raw() {
        return this == RGB24 || this == I420;
    }

    /** The format of a short name ({@code jpeg}) or a content type ({@code image/jpeg; q=1}), if it is one of ours. */
    public static Optional<PictureFormat> of(String name) {
        String[] parts = name.toLowerCase(Locale.ROOT).split(";");
        String type = parts.length == 0 ? "" : parts[0].strip();
        if (type.equals("video/raw")) {
            for (int i = 1; i < parts.length; i++) {
                String parameter = parts[i].strip();
                if (parameter.startsWith("format=")) {
                    return of(parameter.substring("format=".length()).strip()).filter(PictureFormat::raw);
                }
            }
            return Optional.empty();
        }
        return switch (type) {
            case "jpeg", "jpg", "image/jpeg", "image/jpg" -> Optional.of(JPEG);
            case "png", "image/png" -> Optional.of(PNG);
            case "webp", "image/webp" -> Optional.of(WEBP);
            case "rgb24" -> Optional.of(RGB24);
            case "i420" -> Optional.of(I420);
            default -> Optional.empty();
        };
    }
}
