package dev.caravan.processors.frames;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import org.apache.camel.Converter;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * What a frame becomes when a route or a component asks for another type: JPEG bytes for whoever wants bytes, pixels on demand for code.
 * A frame that is a JPEG already gives its own bytes.
 */
@Converter(generateLoader = true)
public final class FrameConverters {

    private static final int QUALITY = 85;

    private FrameConverters() {}

    @Converter
    public static byte[] toJpeg(Frame frame, @Nullable Exchange exchange) throws BadPictureException {
        return pictures(exchange).encodeJpeg(frame.picture(), QUALITY);
    }

    @Converter
    public static InputStream toJpegStream(Frame frame, @Nullable Exchange exchange) throws BadPictureException {
        return new ByteArrayInputStream(toJpeg(frame, exchange));
    }

    @Converter
    public static Picture.I420 toI420(Frame frame, @Nullable Exchange exchange) throws BadPictureException {
        return pictures(exchange).toI420(frame.picture());
    }

    @Converter
    public static Picture.Rgb24 toRgb24(Frame frame, @Nullable Exchange exchange) throws BadPictureException {
        return pictures(exchange).toRgb24(frame.picture());
    }

    private static FfmpegPictures pictures(@Nullable Exchange exchange) {
        return Pictures.in(exchange == null ? null : exchange.getContext());
    }
}
