package dev.caravan.inference.frame;

/**
 * The pixels of a frame, in one of the layouts the hub knows. A closed set: a consumer switches over it and converts only what it needs.
 *
 * <p>The byte arrays are owned by the picture from its construction on: nobody writes to them any more, so pictures may be shared
 * between threads and held for ever without a copy.
 */
public sealed interface Picture {

    /** Width in pixels, at least 1. */
    int width();

    /** Height in pixels, at least 1. */
    int height();

    /** Size in memory in bytes, for budgets. */
    int bytes();

    /**
     * Planar YUV 4:2:0, BT.601 limited range, tightly packed: the {@code width*height} luma bytes, then the U plane, then the V plane
     * of {@code ceil(width/2)*ceil(height/2)} bytes each. What WebRTC delivers and wants.
     */
    record I420(int width, int height, byte[] data) implements Picture {
        public I420 {
            requireSize(width, height, data.length, size(width, height), "I420");
        }

        /** Bytes of an I420 picture of this size. */
        public static int size(int width, int height) {
            return Math.addExact(Math.multiplyExact(width, height), 2 * chromaSize(width, height));
        }

        /** Bytes of one chroma plane. */
        public static int chromaSize(int width, int height) {
            return ((width + 1) / 2) * ((height + 1) / 2);
        }

        /** Bytes per row of a chroma plane. */
        public int chromaWidth() {
            return (width + 1) / 2;
        }

        /** Rows of a chroma plane. */
        public int chromaHeight() {
            return (height + 1) / 2;
        }

        /** Where the U plane begins in {@link #data()}. */
        public int offsetU() {
            return width * height;
        }

        /** Where the V plane begins in {@link #data()}. */
        public int offsetV() {
            return offsetU() + chromaSize(width, height);
        }

        @Override
        public int bytes() {
            return data.length;
        }
    }

    /** Interleaved 8-bit R, G, B, row by row without padding: {@code width*height*3} bytes. */
    record Rgb24(int width, int height, byte[] data) implements Picture {
        public Rgb24 {
            requireSize(width, height, data.length, Math.multiplyExact(Math.multiplyExact(width, height), 3), "RGB24");
        }

        @Override
        public int bytes() {
            return data.length;
        }
    }

    /**
     * A picture still in its file format; decoded only when a chunk samples it. Width and height are what the header of the file says,
     * already checked against the limits.
     *
     * @param contentType {@code image/jpeg}, {@code image/png} or {@code image/webp}
     */
    record Encoded(String contentType, int width, int height, byte[] data) implements Picture {
        public Encoded {
            if (width < 1 || height < 1) {
                throw new IllegalArgumentException("a picture is at least 1x1; " + width + "x" + height + " given");
            }
        }

        @Override
        public int bytes() {
            return data.length;
        }
    }

    private static void requireSize(int width, int height, int given, int wanted, String layout) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("a picture is at least 1x1; " + width + "x" + height + " given");
        }
        if (given != wanted) {
            throw new IllegalArgumentException(
                    layout + " " + width + "x" + height + " takes " + wanted + " bytes; " + given + " given");
        }
    }
}
