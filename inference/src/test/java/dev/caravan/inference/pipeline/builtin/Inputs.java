package dev.caravan.inference.pipeline.builtin;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.Picture.Encoded;
import dev.caravan.inference.frame.Picture.I420;
import dev.caravan.inference.frame.Picture.Rgb24;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Input frames for tests: noise, I420 and RGB in turn, 40 ms apart. */
final class Inputs {

    static final long FIRST_TIMESTAMP = 1_700_000_000_000_000L;

    private Inputs() {}

    static List<Frame> frames(int count, int width, int height) {
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            // A sum of sides that is odd gets RGB, so that both layouts meet all code.
            Picture picture = (width + height + i) % 2 == 0 ? yuv(width, height) : rgb(width, height);
            frames.add(frame(picture, i));
        }
        return frames;
    }

    static Frame frame(Picture picture, int index) {
        return Frame.incoming("session", index, FIRST_TIMESTAMP + index * 40_000L, Origin.of("test"), picture);
    }

    static I420 yuv(int width, int height) {
        byte[] data = new byte[I420.size(width, height)];
        new Random(5).nextBytes(data);
        return new I420(width, height, data);
    }

    static Rgb24 rgb(int width, int height) {
        byte[] data = new byte[3 * width * height];
        new Random(6).nextBytes(data);
        return new Rgb24(width, height, data);
    }

    static byte[] bytes(Picture picture) {
        return switch (picture) {
            case I420 yuv -> yuv.data();
            case Rgb24 rgb -> rgb.data();
            case Encoded encoded -> encoded.data();
        };
    }
}
