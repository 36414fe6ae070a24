package dev.caravan.processors.frames;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_GRAY8;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_MONOBLACK;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.swscale.sws_isSupportedInput;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.PictureDecoder;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Decodes, encodes, converts and scales pictures with FFmpeg. Colours are BT.601; I420 is limited range, JPEG full range. Alpha is
 * dropped. Thread-safe; nothing is shared between two pictures but idle scalers. All native memory of a call is freed when it returns,
 * with a result or without; closing frees the idle scalers. A call after closing still works and keeps nothing.
 */
public final class FfmpegPictures implements PictureDecoder, AutoCloseable {

    private static final int FULL_QUALITY = 100;

    private final PictureLimits limits;
    private final PictureProbe probe;
    private final ScalerPool scalers = new ScalerPool();

    /** @param limits what may be decoded; pictures that are pixels already are taken as they are */
    public FfmpegPictures(PictureLimits limits) {
        this.limits = limits;
        this.probe = new PictureProbe(limits);
        Natives.load();
    }

    /** The instance with default limits that is used where the registry has none. Lives as long as the process. */
    public static FfmpegPictures shared() {
        return Shared.INSTANCE;
    }

    public PictureLimits limits() {
        return limits;
    }

    /** A probe with the same limits. */
    public PictureProbe probe() {
        return probe;
    }

    /**
     * Decodes to I420 whatever the file's own layout is: sessions work on I420.
     *
     * @throws BadPictureException when the bytes are not a whole picture or break a limit; the message says why in one line
     */
    @Override
    public Picture.I420 decode(Picture.Encoded encoded) throws BadPictureException {
        return decode(encoded, Scaler.Side::i420, NativeFrame::toI420);
    }

    /** Decodes to what is wanted of a width and height. */
    private <T> T decode(Picture.Encoded encoded, BiFunction<Integer, Integer, Scaler.Side> wanted, Function<NativeFrame, T> user)
            throws BadPictureException {
        Picture.Encoded checked = probe.check(PictureFormat.of(encoded.contentType()), encoded.data());
        PictureHeader header = PictureProbe.read(checked.data());
        byte[] file = PictureProbe.essentials(header.format(), checked.data());
        try (var decoder = new StillDecoder(header.format(), limits.maxPixels());
                var frame = NativeFrame.empty()) {
            decoder.decode(file, header, frame);
            Scaler.Side from = Scaler.Side.of(frame.av());
            if (sws_isSupportedInput(from.pixelFormat()) == 0) {
                throw new BadPictureException("the " + header.format() + " has a colour layout that is not supported");
            }
            return convert(frame, wanted.apply(from.width(), from.height()), user);
        }
    }

    /** Any picture as I420; the same object when it is one. */
    public Picture.I420 toI420(Picture picture) throws BadPictureException {
        return switch (picture) {
            case Picture.I420 i420 -> i420;
            case Picture.Encoded encoded -> decode(encoded);
            case Picture.Rgb24 rgb -> {
                try (var frame = load(rgb)) {
                    yield convert(frame, Scaler.Side.i420(rgb.width(), rgb.height()), NativeFrame::toI420);
                }
            }
        };
    }

    /** Any picture as RGB; the same object when it is. A file loses none of its colours on the way. */
    public Picture.Rgb24 toRgb24(Picture picture) throws BadPictureException {
        return switch (picture) {
            case Picture.Rgb24 rgb -> rgb;
            case Picture.Encoded encoded -> decode(encoded, FfmpegPictures::rgbSide, NativeFrame::toRgb24);
            case Picture.I420 i420 -> {
                try (var frame = load(i420)) {
                    yield convert(frame, rgbSide(i420.width(), i420.height()), NativeFrame::toRgb24);
                }
            }
        };
    }

    /** A picture file as RGB, turned as those who show it turn it: phones store how they were held, not what is up. */
    public Picture.Rgb24 toUprightRgb24(Picture.Encoded file) throws BadPictureException {
        Picture.Rgb24 stored = toRgb24(file);
        return PictureFormat.of(file.contentType()).map(format -> Orientation.of(format, file.data())).orElse(Orientation.UPRIGHT)
                .turned(stored);
    }

    /**
     * Any picture in any format; a file that is in the wanted format already is passed through as it is.
     *
     * @param quality 1..100, for JPEG and WebP
     */
    public byte[] encode(Picture picture, PictureFormat format, int quality) throws BadPictureException {
        if (quality < 1 || quality > FULL_QUALITY) {
            throw new IllegalArgumentException("quality is 1..100; " + quality + " given");
        }
        if (picture instanceof Picture.Encoded encoded) {
            return format.contentType().equals(encoded.contentType())
                    ? encoded.data()
                    : encode(decode(encoded), format, quality);
        }
        return switch (format) {
            case I420 -> toI420(picture).data();
            case RGB24 -> toRgb24(picture).data();
            case JPEG, PNG, WEBP -> encode(picture, format, picture.width(), picture.height(), quality);
        };
    }

    /** Any picture as a JPEG file; a JPEG is passed through. */
    public byte[] encodeJpeg(Picture picture, int quality) throws BadPictureException {
        return encode(picture, PictureFormat.JPEG, quality);
    }

    /**
     * A small JPEG for a wall of sessions: the same shape, at most this wide, never enlarged.
     *
     * @param maxWidth pixels, at least 1
     */
    public byte[] thumbnail(Picture picture, int maxWidth, int quality) throws BadPictureException {
        Picture pixels = picture instanceof Picture.Encoded encoded ? decode(encoded) : picture;
        int width = Math.clamp(maxWidth, 1, pixels.width());
        int height = Math.max(1, Math.round((float) pixels.height() * width / pixels.width()));
        return encode(pixels, PictureFormat.JPEG, width, height, quality);
    }

    private byte[] encode(Picture pixels, PictureFormat format, int width, int height, int quality) {
        Scaler.Side wanted = switch (format) {
            case JPEG -> new Scaler.Side(width, height, AV_PIX_FMT_YUV420P, true);
            case PNG -> rgbSide(width, height);
            default -> Scaler.Side.i420(width, height);
        };
        try (var frame = load(pixels)) {
            return convert(frame, wanted, ready -> {
                try (var encoder = new StillEncoder(format, ready.av(), quality)) {
                    return encoder.encode(ready.av());
                }
            });
        }
    }

    /** Gives the frame in the wanted form to the user, itself or converted. */
    private <T> T convert(NativeFrame frame, Scaler.Side wanted, Function<NativeFrame, T> user) {
        Scaler.Side from = Scaler.Side.of(frame.av());
        if (from.equals(wanted)) {
            return user.apply(frame);
        }
        if (from.pixelFormat() == AV_PIX_FMT_MONOBLACK) {
            // swscale takes one-bit pixels for limited range, which they never are; as grey it believes them.
            var grey = new Scaler.Side(from.width(), from.height(), AV_PIX_FMT_GRAY8, true);
            return convert(frame, new Scaler.Key(from, grey), ready -> convert(ready, wanted, user));
        }
        return convert(frame, new Scaler.Key(from, wanted), user);
    }

    private <T> T convert(NativeFrame frame, Scaler.Key key, Function<NativeFrame, T> user) {
        Scaler scaler = scalers.take(key);
        try {
            return user.apply(scaler.convert(frame.av()));
        } finally {
            scalers.giveBack(scaler);
        }
    }

    private static NativeFrame load(Picture pixels) {
        return switch (pixels) {
            case Picture.I420 i420 -> NativeFrame.of(i420);
            case Picture.Rgb24 rgb -> NativeFrame.of(rgb);
            case Picture.Encoded encoded -> throw new IllegalArgumentException("decode first: " + encoded.contentType());
        };
    }

    private static Scaler.Side rgbSide(int width, int height) {
        return new Scaler.Side(width, height, AV_PIX_FMT_RGB24, true);
    }

    /** How many scalers wait for reuse; for tests. */
    int idleScalers() {
        return scalers.idle();
    }

    @Override
    public void close() {
        scalers.close();
    }

    private static final class Shared {
        static final FfmpegPictures INSTANCE = new FfmpegPictures(PictureLimits.DEFAULTS);
    }
}
