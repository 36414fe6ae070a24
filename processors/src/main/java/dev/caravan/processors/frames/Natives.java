package dev.caravan.processors.frames;

import static org.bytedeco.ffmpeg.global.avutil.AV_LOG_QUIET;
import static org.bytedeco.ffmpeg.global.avutil.av_log_set_level;
import static org.bytedeco.ffmpeg.global.avutil.av_strerror;

import java.nio.charset.StandardCharsets;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.swscale;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** The FFmpeg libraries that pictures need: avutil, swresample (avcodec links to it), avcodec and swscale; no devices, no formats. */
final class Natives {

    private static final int ERROR_TEXT_BYTES = 128;

    static {
        Loader.load(avcodec.class);
        Loader.load(swscale.class);
        // What is wrong with a picture goes to its sender in an exception; strangers do not write to our stderr.
        av_log_set_level(AV_LOG_QUIET);
    }

    private Natives() {}

    /** Loads the libraries, once. */
    static void load() {}

    /** FFmpeg's own words for a negative return code. */
    static String text(int code) {
        byte[] buffer = new byte[ERROR_TEXT_BYTES];
        av_strerror(code, buffer, buffer.length);
        int end = 0;
        while (end < buffer.length && buffer[end] != 0) {
            end++;
        }
        return new String(buffer, 0, end, StandardCharsets.US_ASCII);
    }

    /** Something that cannot fail on any input failed: no memory, or a library without the codec. */
    static IllegalStateException failed(String what, int code) {
        return new IllegalStateException("FFmpeg failed at " + what + ": " + text(code));
    }

    static <T> T notNull(@Nullable T pointer, String what) {
        if (pointer == null) {
            throw new IllegalStateException("FFmpeg could not provide " + what);
        }
        return pointer;
    }
}
