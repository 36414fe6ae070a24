package dev.caravan.processors.frames;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.swscale.SWS_ACCURATE_RND;
import static org.bytedeco.ffmpeg.global.swscale.SWS_BICUBIC;
import static org.bytedeco.ffmpeg.global.swscale.SWS_FULL_CHR_H_INP;
import static org.bytedeco.ffmpeg.global.swscale.sws_alloc_context;
import static org.bytedeco.ffmpeg.global.swscale.sws_freeContext;
import static org.bytedeco.ffmpeg.global.swscale.sws_init_context;
import static org.bytedeco.ffmpeg.global.swscale.sws_scale;

import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.ffmpeg.swscale.SwsContext;

/** One conversion of size, pixel format and colour range, set up once, with the frame it writes to. For one thread at a time. */
final class Scaler implements AutoCloseable {

    /** One side of a conversion. {@code full}: luma 0..255 (JPEG) and not 16..235; without meaning for RGB. Matrix: BT.601. */
    record Side(int width, int height, int pixelFormat, boolean full) {

        static Side i420(int width, int height) {
            return new Side(width, height, AV_PIX_FMT_YUV420P, false);
        }

        static Side of(AVFrame frame) {
            return new Side(frame.width(), frame.height(), frame.format(), frame.color_range() != AVCOL_RANGE_MPEG);
        }

        int colourRange() {
            return full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
        }
    }

    record Key(Side from, Side to) {}

    private final Key key;
    private final SwsContext context;
    private final NativeFrame target;

    Scaler(Key key) {
        this.key = key;
        Side from = key.from;
        Side to = key.to;
        target = NativeFrame.of(to.width, to.height, to.pixelFormat, to.colourRange());
        context = sws_alloc_context();
        int code = context == null
                ? -1
                : sws_init_context(
                        context.flags(flags(from, to))
                                .src_w(from.width)
                                .src_h(from.height)
                                .src_format(from.pixelFormat)
                                .src_range(from.full ? 1 : 0)
                                .dst_w(to.width)
                                .dst_h(to.height)
                                .dst_format(to.pixelFormat)
                                .dst_range(to.full ? 1 : 0),
                        null,
                        null);
        if (code < 0) {
            close();
            throw Natives.failed("setting up " + key, code);
        }
    }

    /** Exact rounding costs time and shows only where RGB becomes YUV, where it is the difference between 235 and 234. */
    private static int flags(Side from, Side to) {
        boolean rgbToYuv = from.pixelFormat != to.pixelFormat && to.pixelFormat == AV_PIX_FMT_YUV420P;
        return rgbToYuv ? SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP : SWS_BICUBIC;
    }

    Key key() {
        return key;
    }

    /** Converts; the result belongs to this scaler and is good until its next use. */
    NativeFrame convert(AVFrame source) {
        AVFrame to = target.av();
        int rows = sws_scale(context, source.data(), source.linesize(), 0, source.height(), to.data(), to.linesize());
        if (rows < 0) {
            throw Natives.failed("converting " + key, rows);
        }
        return target;
    }

    @Override
    public void close() {
        sws_freeContext(context);
        target.close();
    }
}
