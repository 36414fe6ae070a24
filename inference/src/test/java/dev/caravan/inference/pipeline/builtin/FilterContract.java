package dev.caravan.inference.pipeline.builtin;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.Picture.Encoded;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.nn.CudaKernels;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Provider;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What every filter has to keep to, whatever it draws. */
abstract class FilterContract extends PipelineContract {

    private static final LoadRequest REQUEST = new LoadRequest(Map.of(), Path.of("nowhere"));

    abstract FilterPipeline on(Supplier<Device> device);

    @Override
    final Pipeline pipeline() {
        return on(Ort::cpu);
    }

    /** What comes out of a picture that goes in, in a stream of its own. */
    final Picture filtered(Picture picture) throws Exception {
        return filtered(List.of(picture)).getFirst();
    }

    /** What comes out of pictures that go into one stream, one after the other. */
    final List<Picture> filtered(List<Picture> pictures) throws Exception {
        List<Picture> made = new ArrayList<>();
        try (var loaded = pipeline().load(REQUEST, Progress.NONE);
                PipelineStream stream = loaded.open(new SessionSeed("a"))) {
            for (Picture picture : pictures) {
                stream.next(List.of(Inputs.frame(picture, 0)), Parameters.NONE, (out, time) -> made.add(out));
            }
        }
        return made;
    }

    @Test
    void theDeviceIsAskedForWhenItIsLoadedAndNotBefore() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        FilterPipeline pipeline = on(() -> {
            asked.incrementAndGet();
            return Ort.cpu();
        });
        assertEquals(0, asked.get());
        pipeline.load(REQUEST, Progress.NONE).close();
        assertEquals(1, asked.get());
    }

    @Test
    void cudaHasAKernelForEveryNode() {
        assertEquals(List.of(), CudaKernels.missing(on(Ort::cpu).rgbModel(Provider.CUDA)));
        assertEquals(List.of(), CudaKernels.missing(on(Ort::cpu).planesModel(Provider.CUDA)));
    }

    @Test
    void aPictureGoesThroughTheDeviceAndBack() throws Exception {
        I420 picture = Inputs.yuv(64, 48);
        long before = Ort.cpu().transfers().bytesToHost();
        filtered(picture);
        assertTrue(Ort.cpu().transfers().bytesToHost() - before >= picture.bytes());
    }

    @Test
    void aPictureKeepsItsSizeItsLayoutAndItsTime() throws Exception {
        try (var loaded = pipeline().load(REQUEST, Progress.NONE);
                PipelineStream stream = loaded.open(new SessionSeed("a"))) {
            for (Picture picture : List.of(Inputs.yuv(17, 33), Inputs.rgb(17, 33), Inputs.rgb(64, 48), Inputs.yuv(64, 48))) {
                Frame frame = Inputs.frame(picture, 3);
                Chunk chunk = stream.next(List.of(frame), Parameters.NONE, (out, time) -> {
                    assertEquals(picture.getClass(), out.getClass());
                    assertEquals(picture.width() + "x" + picture.height(), out.width() + "x" + out.height());
                    assertEquals(frame.timestampMicros(), time);
                });
                assertEquals(new Chunk(1, Chunk.EVENT_DRIVEN), chunk);
            }
        }
    }

    @Test
    void aStreamWhosePicturesChangeSizeMakesWhatFreshStreamsMake() throws Exception {
        List<Picture> mixed = List.of(
                Inputs.yuv(64, 48), Inputs.yuv(17, 33), Inputs.rgb(17, 33), Inputs.rgb(33, 17), Inputs.yuv(33, 17), Inputs.yuv(64, 48));
        List<Picture> made = filtered(mixed);
        for (int i = 0; i < mixed.size(); i++) {
            assertArrayEquals(Inputs.bytes(filtered(mixed.get(i))), Inputs.bytes(made.get(i)), "picture " + i);
        }
    }

    @Test
    void planesLoseTheirColour() throws Exception {
        for (I420 in : List.of(Inputs.yuv(17, 33), Inputs.yuv(1, 1), Inputs.yuv(64, 2))) {
            byte[] out = Inputs.bytes(filtered(in));
            for (int i = in.offsetU(); i < out.length; i++) {
                assertEquals((byte) 128, out[i], "byte " + i);
            }
        }
    }

    @Test
    void rgbLosesItsColour() throws Exception {
        byte[] out = Inputs.bytes(filtered(Inputs.rgb(17, 33)));
        for (int i = 0; i < out.length; i += 3) {
            assertTrue(out[i] == out[i + 1] && out[i] == out[i + 2], "pixel " + i / 3);
        }
    }

    @Test
    void anEncodedPictureIsRefusedWithoutLosingTheStream() {
        PipelineException e = assertThrows(PipelineException.class, () -> filtered(new Encoded("image/png", 1, 1, new byte[1])));
        assertFalse(e.fatal());
        assertTrue(e.getMessage().contains("decode this image/png first"));
    }

    @Test
    void streamsThatComeAndGoLeaveTheOthersAloneAndNothingBehind() throws Exception {
        long before = Ort.cpu().memory().tensors();
        I420 picture = Inputs.yuv(40, 30);
        byte[] wanted = Inputs.bytes(filtered(picture));
        try (var loaded = pipeline().load(REQUEST, Progress.NONE);
                PipelineStream lasting = loaded.open(new SessionSeed("lasting"))) {
            for (int i = 0; i < 200; i++) {
                try (PipelineStream passing = loaded.open(new SessionSeed("passing"))) {
                    passing.next(List.of(Inputs.frame(Inputs.yuv(16 + i % 5, 16), i)), Parameters.NONE, (out, time) -> {});
                }
            }
            lasting.next(List.of(Inputs.frame(picture, 0)), Parameters.NONE, (out, time) -> assertArrayEquals(wanted, Inputs.bytes(out)));
            assertEquals(before + 2L * picture.bytes(), Ort.cpu().memory().tensors());
        }
        assertEquals(before, Ort.cpu().memory().tensors());
    }
}
