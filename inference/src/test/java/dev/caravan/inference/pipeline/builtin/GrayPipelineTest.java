package dev.caravan.inference.pipeline.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.Picture.Encoded;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.frame.Pixels;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import org.junit.jupiter.api.Test;

class GrayPipelineTest extends PipelineContract {

    @Override
    Pipeline pipeline() {
        return new GrayPipeline(TestSchemas.of("gray"));
    }

    @Test
    void planesKeepTheirLumaAndLoseTheirColour() throws Exception {
        I420 in = Inputs.yuv(7, 5);
        Picture out = new GrayPipeline(TestSchemas.of("gray")).apply(in);
        byte[] bytes = Inputs.bytes(out);
        for (int i = 0; i < bytes.length; i++) {
            assertEquals(i < in.offsetU() ? in.data()[i] : (byte) 128, bytes[i], "byte " + i);
        }
    }

    @Test
    void rgbTurnsIntoItsLumaOnThreeChannels() throws Exception {
        byte[] pixels = {0, 0, 0, -1, -1, -1, -1, 0, 0, 0, -1, 0, 0, 0, -1};
        Picture out = new GrayPipeline(TestSchemas.of("gray")).apply(new Rgb24(5, 1, pixels));
        assertEquals(0x000000, Pixels.rgb(out, 0, 0));
        assertEquals(0xFFFFFF, Pixels.rgb(out, 1, 0));
        assertEquals(0x4C4C4C, Pixels.rgb(out, 2, 0));
        assertEquals(0x969696, Pixels.rgb(out, 3, 0));
        assertEquals(0x1D1D1D, Pixels.rgb(out, 4, 0));
    }

    @Test
    void anEncodedPictureIsRefusedWithoutLosingTheStream() {
        GrayPipeline gray = new GrayPipeline(TestSchemas.of("gray"));
        PipelineException e =
                assertThrows(PipelineException.class, () -> gray.apply(new Encoded("image/png", 1, 1, new byte[1])));
        assertEquals(false, e.fatal());
    }
}
