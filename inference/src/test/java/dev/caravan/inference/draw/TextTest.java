package dev.caravan.inference.draw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Picture.I420;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TextTest {

    private static final int TEN_COLUMNS = 60;

    @Test
    void linesBreakBetweenWords() {
        assertEquals(List.of("a paper", "boat on", "the sea"), lines("a paper boat on the sea"));
    }

    @Test
    void aWordLongerThanALineIsCut() {
        assertEquals(List.of("abcdefghij", "klm no"), lines("abcdefghijklm no"));
    }

    @Test
    void aLineThatFitsExactlyIsKeptWhole() {
        assertEquals(List.of("ab cdefghi", "j"), lines("ab cdefghi j"));
    }

    @Test
    void whatDoesNotFitIntoThreeLinesEndsInAnEllipsis() {
        assertEquals(List.of("one two", "three four", "five si..."), lines("one two three four five sixth seven eight"));
    }

    @Test
    void lineBreaksAndControlCharactersAreSpaces() {
        assertEquals(List.of("a b c"), lines(" a\n\tb\u0000 c\r\n"));
    }

    @Test
    void aCharacterOutsideTheBasicPlaneIsOneColumnAndNeverSplit() {
        String boats = "⛵".repeat(5) + "\uD83D\uDEA4".repeat(8);
        List<String> lines = lines(boats);
        assertEquals(10, lines.getFirst().codePointCount(0, lines.getFirst().length()));
        assertEquals(boats, String.join("", lines));
    }

    @Test
    void noRoomForACharacterMeansNoText() {
        assertEquals(List.of(), TextBlock.of("abc", 5, 3, 1).lines());
        assertEquals(List.of("."), TextBlock.of("abc", 6, 1, 1).lines());
        assertEquals(0, TextBlock.of("", 100, 3, 1).height());
    }

    @Test
    void everyPrintableCharacterHasAGlyphOfItsOwnAndOthersShareAVisibleBox() {
        Set<String> seen = new HashSet<>();
        for (int c = ' '; c < 0x7F; c++) {
            assertTrue(seen.add(glyph(c)), "the glyph of '" + (char) c + "' is there twice");
        }
        assertEquals(glyph('ü'), glyph(0x1F6A4));
        assertTrue(seen.add(glyph('ü')));
        assertNotEquals(glyph(' '), glyph('ü'));
    }

    @Test
    void textAndBlocksAreDrawnAlikeAtAnyScale() {
        for (int scale = 1; scale <= 3; scale++) {
            I420 one = black();
            I420 other = black();
            new Canvas(one).text(4, 3, scale, "Ay!");
            new Canvas(other).stamp(4, 3, TextBlock.of("Ay!", 90, 1, scale));
            assertFalse(Arrays.equals(black().data(), one.data()));
            assertTrue(Arrays.equals(one.data(), other.data()));
        }
    }

    @Test
    void nothingIsDrawnOutsideOfThePicture() {
        Canvas canvas = new Canvas(black());
        for (int x : new int[] {-500, -3, 95, 500}) {
            for (int y : new int[] {-500, -3, 35, 500}) {
                canvas.text(x, y, 2, "text");
                canvas.stamp(x, y, TextBlock.of("text", 90, 3, 2));
                canvas.fill(x, y, 20, 20, Ink.WHITE);
                canvas.fill(x, y, -5, -5, Ink.WHITE);
                canvas.shade(x, y, 20, 20);
                canvas.disc(x, y, 9, Ink.WHITE);
                canvas.ring(x, y, 30, 40, Ink.WHITE);
            }
        }
    }

    private static List<String> lines(String text) {
        return TextBlock.of(text, TEN_COLUMNS, 3, 1).lines();
    }

    private static String glyph(int codePoint) {
        StringBuilder rows = new StringBuilder();
        for (int y = 0; y < BitmapFont.GLYPH_HEIGHT; y++) {
            rows.append(BitmapFont.row(codePoint, y)).append(' ');
        }
        return rows.toString();
    }

    private static I420 black() {
        byte[] data = new byte[I420.size(97, 37)];
        Arrays.fill(data, 0, 97 * 37, (byte) 16);
        Arrays.fill(data, 97 * 37, data.length, (byte) 128);
        return new I420(97, 37, data);
    }
}
