package dev.caravan.processors.webrtc.libwebrtc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.caravan.inference.frame.Picture;
import org.junit.jupiter.api.Test;

class RotationTest {

    /** Luma 1 2 3 / 4 5 6, chroma 7 8 and 9 10. */
    private static final Picture.I420 WIDE = new Picture.I420(3, 2, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});

    @Test
    void anUprightPictureIsTheSame() {
        assertSame(WIDE, Rotation.upright(WIDE, 0));
        assertSame(WIDE, Rotation.upright(WIDE, 360));
    }

    @Test
    void aQuarterTurnClockwiseBringsTheLeftColumnToTheTop() {
        Picture.I420 turned = Rotation.upright(WIDE, 90);
        assertEquals(2, turned.width());
        assertEquals(3, turned.height());
        assertArrayEquals(new byte[] {4, 1, 5, 2, 6, 3, 7, 8, 9, 10}, turned.data());
    }

    @Test
    void aHalfTurnReversesEveryPlane() {
        assertArrayEquals(new byte[] {6, 5, 4, 3, 2, 1, 8, 7, 10, 9}, Rotation.upright(WIDE, 180).data());
    }

    @Test
    void aQuarterTurnTheOtherWayBringsTheRightColumnToTheTop() {
        assertArrayEquals(new byte[] {3, 6, 2, 5, 1, 4, 8, 7, 10, 9}, Rotation.upright(WIDE, 270).data());
    }

    @Test
    void fourQuarterTurnsAreNone() {
        Picture.I420 turned = WIDE;
        for (int i = 0; i < 4; i++) {
            turned = Rotation.upright(turned, 90);
        }
        assertArrayEquals(WIDE.data(), turned.data());
    }
}
