package dev.caravan.processors.frames;

import static org.bytedeco.ffmpeg.global.avcodec.AV_CODEC_FLAG_QSCALE;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_alloc;
import static org.bytedeco.ffmpeg.global.avcodec.av_packet_free;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_alloc_context3;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_find_encoder_by_name;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_free_context;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_open2;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_receive_packet;
import static org.bytedeco.ffmpeg.global.avcodec.avcodec_send_frame;
import static org.bytedeco.ffmpeg.global.avutil.FF_QP2LAMBDA;
import static org.bytedeco.ffmpeg.global.avutil.av_malloc;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.bytedeco.ffmpeg.avcodec.AVCodec;
import org.bytedeco.ffmpeg.avcodec.AVCodecContext;
import org.bytedeco.ffmpeg.avcodec.AVPacket;
import org.bytedeco.ffmpeg.avutil.AVDictionary;
import org.bytedeco.ffmpeg.avutil.AVFrame;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.ShortPointer;

/** Encodes one picture and is closed. */
final class StillEncoder implements AutoCloseable {

    /** Pictures are made while somebody waits for the next one: speed before the last few per cent of size. */
    private static final int FASTEST_WEBP = 0;

    private static final int FASTEST_PNG = 1;

    /** FFmpeg multiplies a JPEG table by an eighth of this. */
    private static final int TABLES_AS_GIVEN = 8;

    private final AVCodecContext context;
    private final AVPacket packet;

    /**
     * @param format  JPEG, PNG or WEBP
     * @param frame   what will be encoded, for size, pixel format and range
     * @param quality 1..100; without meaning for PNG
     */
    StillEncoder(PictureFormat format, AVFrame frame, int quality) {
        AVCodec codec = Natives.notNull(avcodec_find_encoder_by_name(codecName(format)), "an encoder of " + format);
        context = Natives.notNull(avcodec_alloc_context3(codec), "an encoder context");
        packet = av_packet_alloc();
        context.width(frame.width()).height(frame.height()).pix_fmt(frame.format()).color_range(frame.color_range());
        context.time_base().num(1).den(1);
        context.thread_count(1);
        switch (format) {
            case JPEG -> {
                context.flags(context.flags() | AV_CODEC_FLAG_QSCALE);
                context.intra_matrix(matrix(JpegTables.luma(quality))).chroma_intra_matrix(matrix(JpegTables.chroma(quality)));
                frame.quality(TABLES_AS_GIVEN * FF_QP2LAMBDA);
            }
            case WEBP -> context.flags(context.flags() | AV_CODEC_FLAG_QSCALE)
                    .global_quality(quality * FF_QP2LAMBDA)
                    .compression_level(FASTEST_WEBP);
            default -> context.compression_level(FASTEST_PNG);
        }
        int code = packet == null ? -1 : avcodec_open2(context, codec, (AVDictionary) null);
        if (code < 0) {
            close();
            throw Natives.failed("opening the encoder of " + format, code);
        }
    }

    private static String codecName(PictureFormat format) {
        return switch (format) {
            case JPEG -> "mjpeg";
            case PNG -> "png";
            case WEBP -> "libwebp";
            case RGB24, I420 -> throw new IllegalArgumentException(format + " is not a file format");
        };
    }

    /** A table in native memory; the encoder's context frees it. */
    private static ShortPointer matrix(short[] values) {
        long bytes = (long) values.length * Short.BYTES;
        Pointer memory = Natives.notNull(av_malloc(bytes), "a quantisation table");
        MemorySegment.ofAddress(memory.address()).reinterpret(bytes).copyFrom(MemorySegment.ofArray(values));
        return new ShortPointer(memory);
    }

    byte[] encode(AVFrame frame) {
        frame.pts(0);
        int code = avcodec_send_frame(context, frame);
        if (code >= 0) {
            code = avcodec_receive_packet(context, packet);
        }
        if (code < 0) {
            throw Natives.failed("encoding " + frame.width() + "x" + frame.height(), code);
        }
        return MemorySegment.ofAddress(packet.data().address())
                .reinterpret(packet.size())
                .toArray(ValueLayout.JAVA_BYTE);
    }

    @Override
    public void close() {
        av_packet_free(packet);
        avcodec_free_context(context);
    }
}
