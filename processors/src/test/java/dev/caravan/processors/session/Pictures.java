package dev.caravan.processors.session;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import java.util.Arrays;

/** Small pictures and frames. */
public final class Pictures {

    private Pictures() {}

    public static Picture.I420 gray(int width, int height, int luma) {
        byte[] data = new byte[Picture.I420.size(width, height)];
        Arrays.fill(data, (byte) luma);
        return new Picture.I420(width, height, data);
    }

    public static Frame frame(String session, String source, long sequence) {
        return Frame.incoming(session, sequence, 1_000_000 + sequence * 33_333, Origin.of(source), gray(4, 2, (int) sequence));
    }

    static Frame encoded(String session, String source, long sequence, String text) {
        return Frame.incoming(session, sequence, sequence, Origin.of(source),
                new Picture.Encoded("image/jpeg", 4, 2, text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
}
