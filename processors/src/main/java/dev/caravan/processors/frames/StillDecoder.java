package dev.caravan.processors.frames;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_MJPEG;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_PNG;
import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_ID_WEBP;
import static org.bytedeco.ffmpeg.global.avcodec.AV_EF_CRCCHECK;
import static org.bytedeco.ffmpeg.global.avcodec.AV_EF_EXPLODE;
import static org.bytedeco.ffmpeg.global.avcodec.av_new_packet;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_decoder;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_frame;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_packet;

import dev.caravan.inference.frame.BadPictureException;
import java.lang.foreign.MemorySegment;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;

/**
 * Decodes one picture and is closed. A decoder that lived longer would carry tables and pixels of one sender's picture into the next
 * one's; opening it costs some twenty microseconds.
 */
final class StillDecoder implements AutoCloseable {

    /** The bit of {@code AVFrame.flags} that says so; the presets leave the constant out. */
    private static final int FRAME_FLAG_CORRUPT = 1;

    private final AVCodecContext context;
    private final AVPacket packet;

    StillDecoder(PictureFormat format, long maxPixels) {
        AVCodec codec = Natives.notNull(avcodec_find_decoder(codecId(format)), "a decoder of " + format);
        context = Natives.notNull(avcodec_alloc_context3(codec), "a decoder context");
        packet = av_packet_alloc();
        // One thread, one packet, one frame; and no picture with holes in it.
        context.thread_count(1).max_pixels(maxPixels).err_recognition(AV_EF_CRCCHECK | AV_EF_EXPLODE);
        int code = packet == null ? -1 : avcodec_open2(context, codec, (AVDictionary) null);
        if (code < 0) {
            close();
            throw Natives.failed("opening the decoder of " + format, code);
        }
    }

    private static int codecId(PictureFormat format) {
        return switch (format) {
            case JPEG -> AV_CODEC_ID_MJPEG;
            case PNG -> AV_CODEC_ID_PNG;
            case WEBP -> AV_CODEC_ID_WEBP;
            case RGB24, I420 -> throw new IllegalArgumentException(format + " is not a file format");
        };
    }

    /** Decodes the file into a frame without a buffer. */
    void decode(byte[] file, PictureHeader header, NativeFrame into) throws BadPictureException {
        int code = av_new_packet(packet, file.length);
        if (code < 0) {
            throw Natives.failed("allocating " + file.length + " bytes", code);
        }
        MemorySegment.ofAddress(packet.data().address()).reinterpret(file.length).copyFrom(MemorySegment.ofArray(file));
        code = avcodec_send_packet(context, packet);
        if (code >= 0) {
            code = avcodec_receive_frame(context, into.av());
        }
        if (code < 0) {
            throw broken(header, Natives.text(code));
        }
        var frame = into.av();
        if ((frame.flags() & FRAME_FLAG_CORRUPT) != 0 || frame.decode_error_flags() != 0) {
            throw broken(header, "parts of it are missing");
        }
        if (frame.width() != header.width() || frame.height() != header.height()) {
            throw broken(header, "its data is " + frame.width() + "x" + frame.height() + ", its header says " + header.width() + "x"
                    + header.height());
        }
    }

    private static BadPictureException broken(PictureHeader header, String why) {
        return new BadPictureException("the " + header.format() + " cannot be decoded: " + why);
    }

    @Override
    public void close() {
        av_packet_free(packet);
        avcodec_free_context(context);
    }
}
