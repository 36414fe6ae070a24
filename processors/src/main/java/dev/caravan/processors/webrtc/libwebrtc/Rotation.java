package dev.caravan.processors.webrtc.libwebrtc;

import dev.caravan.inference.frame.Picture;

/** Turns pictures that a phone sent with "rotate me" in the RTP header extension. */
final class Rotation {

    private Rotation() {}

    /**
     * @param degrees clockwise turn that makes the picture upright: 0, 90, 180 or 270
     * @return the same picture for 0
     */
    static Picture.I420 upright(Picture.I420 from, int degrees) {
        int turn = Math.floorMod(degrees, 360);
        if (turn == 0) {
            return from;
        }
        byte[] to = new byte[from.data().length];
        plane(from.data(), 0, from.width(), from.height(), to, turn);
        plane(from.data(), from.offsetU(), from.chromaWidth(), from.chromaHeight(), to, turn);
        plane(from.data(), from.offsetV(), from.chromaWidth(), from.chromaHeight(), to, turn);
        return turn == 180
                ? new Picture.I420(from.width(), from.height(), to)
                : new Picture.I420(from.height(), from.width(), to);
    }

    private static void plane(byte[] from, int offset, int width, int height, byte[] to, int turn) {
        // Where pixel (0,0) goes, and how far apart the next in its row and the next in its column land.
        int origin;
        int alongRow;
        int alongColumn;
        switch (turn) {
            case 90 -> {
                origin = height - 1;
                alongRow = height;
                alongColumn = -1;
            }
            case 180 -> {
                origin = width * height - 1;
                alongRow = -1;
                alongColumn = -width;
            }
            case 270 -> {
                origin = (width - 1) * height;
                alongRow = -height;
                alongColumn = 1;
            }
            default -> throw new IllegalArgumentException("pictures are turned by multiples of 90 degrees; " + turn + " given");
        }
        for (int y = 0; y < height; y++) {
            int target = offset + origin + y * alongColumn;
            for (int x = 0; x < width; x++) {
                to[target + x * alongRow] = from[offset + y * width + x];
            }
        }
    }
}
