package dev.caravan.inference.pipeline.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.frame.Pixels;
import dev.caravan.inference.ort.Device;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class GrayPipelineTest extends FilterContract {

    @Override
    FilterPipeline on(Supplier<Device> device) {
        return new GrayPipeline(TestSchemas.of("gray"), device);
    }

    @Test
    void planesKeepTheirLuma() throws Exception {
        I420 in = Inputs.yuv(7, 5);
        byte[] out = Inputs.bytes(filtered(in));
        for (int i = 0; i < in.offsetU(); i++) {
            assertEquals(in.data()[i], out[i], "byte " + i);
        }
    }

    @Test
    void rgbTurnsIntoItsLumaOnThreeChannels() throws Exception {
        byte[] pixels = {0, 0, 0, -1, -1, -1, -1, 0, 0, 0, -1, 0, 0, 0, -1};
        Picture out = filtered(new Rgb24(5, 1, pixels));
        assertEquals(0x000000, Pixels.rgb(out, 0, 0));
        assertEquals(0xFFFFFF, Pixels.rgb(out, 1, 0));
        assertEquals(0x4C4C4C, Pixels.rgb(out, 2, 0));
        assertEquals(0x969696, Pixels.rgb(out, 3, 0));
        assertEquals(0x1D1D1D, Pixels.rgb(out, 4, 0));
    }

    @Test
    void everyPixelOfNoiseIsItsLumaRoundedToTheNearest() throws Exception {
        Rgb24 in = Inputs.rgb(61, 47);
        byte[] out = Inputs.bytes(filtered(in));
        for (int i = 0; i < out.length; i += 3) {
            double luma = 0.299 * (in.data()[i] & 255) + 0.587 * (in.data()[i + 1] & 255) + 0.114 * (in.data()[i + 2] & 255);
            // Sums that end in .5 exactly may fall either way in single precision.
            assertEquals(luma, out[i] & 255, 0.5001, "pixel " + i / 3);
        }
    }
}
