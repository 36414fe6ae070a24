package dev.caravan.inference.bench;

import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.pipeline.causal.ChunkTimes;
import dev.caravan.inference.pipeline.causal.TimedStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/**
 * What chunks of a stream took, once all are alike: medians, in milliseconds.
 *
 * @param encode       of video and of what guides
 * @param past         what is done about past frames before the first step
 * @param text         of another prompt
 * @param promptChange text encoding and recache: how much later the first denoise step began in a chunk with another prompt; none when
 *                     that was not tried
 * @param toHost       bytes read from the device per chunk
 * @param heap         bytes allocated on the Java heap per chunk
 * @param work         of a chunk
 */
public record ChunkFigures(
        double chunk, double encode, double past, double step, double decode, double clean, double first, double text, double promptChange,
        int pictures, long toHost, long heap, ChunkTimes.Work work) {

    /**
     * Runs a stream.
     *
     * @param allocated bytes that this process has put on its heap so far
     */
    public static ChunkFigures of(Device device, TimedStream stream, PipelineCase how, int chunks, LongSupplier allocated) throws Exception {
        List<Rgb24> video = video(stream, how);
        for (int i = 0; i < how.untilSteady(); i++) {
            stream.chunk(how.parameters("a first prompt"), video);
        }
        long readBefore = device.transfers().bytesToHost();
        long heapBefore = allocated.getAsLong();
        List<ChunkTimes> plain = new ArrayList<>();
        for (int i = 0; i < chunks; i++) {
            plain.add(stream.chunk(how.parameters("a first prompt"), video));
        }
        long heap = (allocated.getAsLong() - heapBefore) / chunks;
        long read = (device.transfers().bytesToHost() - readBefore) / chunks;
        double text = Double.NaN;
        double promptChange = Double.NaN;
        if (video.isEmpty()) {
            ChunkTimes changed = stream.chunk(how.parameters("another prompt"), video);
            text = changed.text();
            promptChange = changed.before() - median(plain, ChunkTimes::before);
        }
        return new ChunkFigures(median(plain, ChunkTimes::total), median(plain, ChunkTimes::encode), median(plain, ChunkTimes::past),
                median(plain, times -> Timing.median(times.steps())), median(plain, ChunkTimes::decode), median(plain, ChunkTimes::clean),
                median(plain, ChunkTimes::first), text, promptChange, plain.getLast().pictures(), read, heap, plain.getLast().work());
    }

    /** Frames a second. */
    public double rate() {
        return pictures * 1000 / chunk;
    }

    private static double median(List<ChunkTimes> chunks, ToDoubleFunction<ChunkTimes> part) {
        return Timing.median(chunks.stream().map(part::applyAsDouble).toList());
    }

    /** As many pictures as a chunk is made from, which all differ. */
    static List<Rgb24> video(TimedStream stream, PipelineCase how) {
        int count = stream.inputFrames(how.parameters(""));
        int width = stream.size().width() * 8;
        int height = stream.size().height() * 8;
        Random random = new Random(3);
        List<Rgb24> pictures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] rgb = new byte[3 * width * height];
            random.nextBytes(rgb);
            pictures.add(new Rgb24(width, height, rgb));
        }
        return pictures;
    }
}
