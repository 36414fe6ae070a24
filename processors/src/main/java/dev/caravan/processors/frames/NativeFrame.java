package dev.caravan.processors.frames;

import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_JPEG;
import static org.bytedeco.ffmpeg.global.avutil.AVCOL_RANGE_MPEG;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_RGB24;
import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_YUV420P;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_alloc;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_free;
import static org.bytedeco.ffmpeg.global.avutil.av_frame_get_buffer;

import dev.caravan.inference.frame.Picture;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.ffmpeg.avutil.AVFrame;

/** An FFmpeg frame that is freed once, and the only place where pixels cross between native memory and Java arrays. */
final class NativeFrame implements AutoCloseable {

    private final AVFrame frame;

    private NativeFrame() {
        frame = Natives.notNull(av_frame_alloc(), "a frame");
    }

    /** A frame without a buffer, for a decoder to fill. */
    static NativeFrame empty() {
        return new NativeFrame();
    }

    /** A frame with its own, unset pixels. */
    static NativeFrame of(int width, int height, int pixelFormat, int colourRange) {
        NativeFrame made = new NativeFrame();
        made.frame.width(width).height(height).format(pixelFormat).color_range(colourRange);
        int code = av_frame_get_buffer(made.frame, 0);
        if (code < 0) {
            made.close();
            throw Natives.failed("allocating " + width + "x" + height, code);
        }
        return made;
    }

    /** A copy of the picture. */
    static NativeFrame of(Picture.I420 picture) {
        NativeFrame made = of(picture.width(), picture.height(), AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG);
        byte[] data = picture.data();
        made.copyIn(data, 0, 0, picture.width(), picture.height());
        made.copyIn(data, picture.offsetU(), 1, picture.chromaWidth(), picture.chromaHeight());
        made.copyIn(data, picture.offsetV(), 2, picture.chromaWidth(), picture.chromaHeight());
        return made;
    }

    /** A copy of the picture. */
    static NativeFrame of(Picture.Rgb24 picture) {
        NativeFrame made = of(picture.width(), picture.height(), AV_PIX_FMT_RGB24, AVCOL_RANGE_JPEG);
        made.copyIn(picture.data(), 0, 0, picture.width() * 3, picture.height());
        return made;
    }

    AVFrame av() {
        return frame;
    }

    /** The pixels of a frame of format {@code YUV420P}. */
    Picture.I420 toI420() {
        requireFormat(AV_PIX_FMT_YUV420P);
        int width = frame.width();
        int height = frame.height();
        var picture = new Picture.I420(width, height, new byte[Picture.I420.size(width, height)]);
        copyOut(picture.data(), 0, 0, width, height);
        copyOut(picture.data(), picture.offsetU(), 1, picture.chromaWidth(), picture.chromaHeight());
        copyOut(picture.data(), picture.offsetV(), 2, picture.chromaWidth(), picture.chromaHeight());
        return picture;
    }

    /** The pixels of a frame of format {@code RGB24}. */
    Picture.Rgb24 toRgb24() {
        requireFormat(AV_PIX_FMT_RGB24);
        int width = frame.width();
        int height = frame.height();
        var picture = new Picture.Rgb24(width, height, new byte[width * height * 3]);
        copyOut(picture.data(), 0, 0, width * 3, height);
        return picture;
    }

    private void copyIn(byte[] from, int offset, int plane, int rowBytes, int rows) {
        int stride = frame.linesize(plane);
        MemorySegment memory = plane(plane, stride, rowBytes, rows);
        for (int row = 0; row < rows; row++) {
            MemorySegment.copy(from, offset + row * rowBytes, memory, ValueLayout.JAVA_BYTE, (long) row * stride, rowBytes);
        }
    }

    private void copyOut(byte[] to, int offset, int plane, int rowBytes, int rows) {
        int stride = frame.linesize(plane);
        MemorySegment memory = plane(plane, stride, rowBytes, rows);
        for (int row = 0; row < rows; row++) {
            MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, (long) row * stride, to, offset + row * rowBytes, rowBytes);
        }
    }

    /** A view that ends with the last pixel: a wrong size is an exception here and never a touch of foreign memory. */
    private MemorySegment plane(int plane, int stride, int rowBytes, int rows) {
        var pointer = frame.data(plane);
        if (pointer == null || pointer.isNull() || stride < rowBytes) {
            throw new IllegalStateException("FFmpeg gave a frame without plane " + plane + " of " + rowBytes + " bytes per row");
        }
        return MemorySegment.ofAddress(pointer.address()).reinterpret((long) stride * (rows - 1) + rowBytes);
    }

    private void requireFormat(int wanted) {
        if (frame.format() != wanted) {
            throw new IllegalStateException("pixel format " + wanted + " wanted, the frame has " + frame.format());
        }
    }

    @Override
    public void close() {
        av_frame_free(frame);
    }
}
