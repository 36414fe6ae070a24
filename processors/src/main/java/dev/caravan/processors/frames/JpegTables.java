package dev.caravan.processors.frames;

/**
 * The example quantisation tables of ITU-T T.81 (annex K, tables K.1 and K.2), scaled as libjpeg scales them: so that quality 85 means
 * here what it means to everybody else.
 */
final class JpegTables {

    static final int ENTRIES = 64;

    private static final int[] LUMA = {
        16, 11, 10, 16, 24, 40, 51, 61,
        12, 12, 14, 19, 26, 58, 60, 55,
        14, 13, 16, 24, 40, 57, 69, 56,
        14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77,
        24, 35, 55, 64, 81, 104, 113, 92,
        49, 64, 78, 87, 103, 121, 120, 101,
        72, 92, 95, 98, 112, 100, 103, 99
    };

    private static final int[] CHROMA = {
        17, 18, 24, 47, 99, 99, 99, 99,
        18, 21, 26, 66, 99, 99, 99, 99,
        24, 26, 56, 99, 99, 99, 99, 99,
        47, 66, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99
    };

    private JpegTables() {}

    /** 64 values in row order for a quality of 1..100. */
    static short[] luma(int quality) {
        return scaled(LUMA, quality);
    }

    /** 64 values in row order for a quality of 1..100. */
    static short[] chroma(int quality) {
        return scaled(CHROMA, quality);
    }

    private static short[] scaled(int[] table, int quality) {
        int percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
        short[] out = new short[ENTRIES];
        for (int i = 0; i < ENTRIES; i++) {
            out[i] = (short) Math.clamp((table[i] * percent + 50) / 100, 1, 255);
        }
        return out;
    }
}
