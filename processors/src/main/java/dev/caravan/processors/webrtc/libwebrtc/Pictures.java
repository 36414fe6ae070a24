package dev.caravan.processors.webrtc.libwebrtc;

import dev.caravan.inference.frame.Picture;
import dev.onvoid.webrtc.media.FourCC;
import dev.onvoid.webrtc.media.video.I420Buffer;
import dev.onvoid.webrtc.media.video.NativeI420Buffer;
import dev.onvoid.webrtc.media.video.VideoBufferConverter;
import dev.onvoid.webrtc.media.video.VideoFrame;
import java.nio.ByteBuffer;

/** Copies pictures between native buffers and the hub's, one bulk copy a plane. */
final class Pictures {

    private Pictures() {}

    /** A copy of a native frame, turned upright when its sender held the camera otherwise. */
    static Picture.I420 copy(VideoFrame frame) {
        I420Buffer from = frame.buffer instanceof I420Buffer planes ? planes : frame.buffer.toI420();
        int width = from.getWidth();
        int height = from.getHeight();
        int chromaWidth = (width + 1) / 2;
        int chromaHeight = (height + 1) / 2;
        byte[] data = new byte[Picture.I420.size(width, height)];
        int u = width * height;
        int v = u + chromaWidth * chromaHeight;
        read(from.getDataY(), from.getStrideY(), data, 0, width, height);
        read(from.getDataU(), from.getStrideU(), data, u, chromaWidth, chromaHeight);
        read(from.getDataV(), from.getStrideV(), data, v, chromaWidth, chromaHeight);
        return Rotation.upright(new Picture.I420(width, height, data), frame.rotation);
    }

    /** A native copy, to be released by the caller. */
    static NativeI420Buffer copy(Picture picture) {
        return switch (picture) {
            case Picture.I420 planes -> copy(planes);
            case Picture.Rgb24 rgb -> convert(rgb);
            case Picture.Encoded encoded -> throw new IllegalArgumentException(
                    "webrtc sends I420 and RGB24 pictures; decode " + encoded.contentType() + " first");
        };
    }

    private static NativeI420Buffer copy(Picture.I420 from) {
        NativeI420Buffer to = NativeI420Buffer.allocate(from.width(), from.height());
        write(from.data(), 0, to.getDataY(), to.getStrideY(), from.width(), from.height());
        write(from.data(), from.offsetU(), to.getDataU(), to.getStrideU(), from.chromaWidth(), from.chromaHeight());
        write(from.data(), from.offsetV(), to.getDataV(), to.getStrideV(), from.chromaWidth(), from.chromaHeight());
        return to;
    }

    private static NativeI420Buffer convert(Picture.Rgb24 from) {
        byte[] rgb = from.data();
        byte[] bgr = new byte[rgb.length]; // the library knows 24-bit colour only in this order
        for (int i = 0; i < rgb.length; i += 3) {
            bgr[i] = rgb[i + 2];
            bgr[i + 1] = rgb[i + 1];
            bgr[i + 2] = rgb[i];
        }
        NativeI420Buffer to = NativeI420Buffer.allocate(from.width(), from.height());
        boolean converted = false;
        try {
            VideoBufferConverter.convertToI420(bgr, to, FourCC.BG24);
            converted = true;
            return to;
        } catch (Exception e) {
            throw new IllegalStateException("colour conversion failed: " + e.getMessage(), e);
        } finally {
            if (!converted) {
                to.release();
            }
        }
    }

    private static void read(ByteBuffer from, int stride, byte[] to, int offset, int width, int height) {
        if (stride == width) {
            from.get(0, to, offset, width * height);
            return;
        }
        for (int row = 0; row < height; row++) {
            from.get(row * stride, to, offset + row * width, width);
        }
    }

    private static void write(byte[] from, int offset, ByteBuffer to, int stride, int width, int height) {
        if (stride == width) {
            to.put(0, from, offset, width * height);
            return;
        }
        for (int row = 0; row < height; row++) {
            to.put(row * stride, from, offset + row * width, width);
        }
    }
}
