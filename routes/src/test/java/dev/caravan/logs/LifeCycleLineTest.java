package dev.caravan.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LifeCycleLineTest {

    private static String text(Object value) {
        return LifeCycleLine.of("e").and("k", value).getFormattedMessage();
    }

    @Test
    void fieldsStandInTheOrderTheyWereGiven() {
        LifeCycleLine line = LifeCycleLine.of("session.streaming")
                .and("session", "cam-1")
                .and("pipelines", List.of("longlive", "rife"))
                .and("reason", "wanted again")
                .and("frames_in", 12L)
                .and("viewer", true);
        assertEquals(
                "event=session.streaming session=cam-1 pipelines=longlive,rife reason=\"wanted again\" frames_in=12 viewer=true",
                line.getFormattedMessage());
        assertEquals(
                Map.of("event", "session.streaming", "session", "cam-1", "pipelines", "longlive,rife",
                        "reason", "wanted again", "frames_in", 12L, "viewer", true),
                line.getData());
    }

    @Test
    void whatIsNotThereLeavesNoField() {
        assertEquals("event=e", text(null));
        assertEquals("event=e", text(""));
        assertEquals("event=e", text(List.of()));
    }

    @Test
    void numbersThatJsonHasNoWordForAreTexts() {
        assertEquals("NaN", LifeCycleLine.of("e").and("k", Double.NaN).getData().get("k"));
        assertEquals("Infinity", LifeCycleLine.of("e").and("k", Double.POSITIVE_INFINITY).getData().get("k"));
    }

    @Test
    void quotesAndBackslashesCannotEndAValue() {
        assertEquals("event=e k=\"a\\\" event=forged \\\\\"", text("a\" event=forged \\"));
        assertEquals("event=e k=\"a=b\"", text("a=b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029", "\u001b[2J", "\u202e", "\u0000", "\ud800", "\u007f"})
    void nothingEndsTheLineOrSteersATerminal(String hostile) {
        String line = text("a" + hostile + "2026-01-01 INFO event=forged");
        assertEquals(1, line.lines().count());
        assertTrue(line.codePoints().noneMatch(point -> Character.isISOControl(point) || point == 0x202e || point == 0x2028), line);
        assertTrue(line.startsWith("event=e k=\"a\\u"), line);
    }

    @Test
    void valuesAreCutAtABoundAndNeverInTheMiddleOfACharacter() {
        assertEquals("x".repeat(LifeCycleLine.MAX_LENGTH), value("x".repeat(LifeCycleLine.MAX_LENGTH)));
        assertEquals("x".repeat(LifeCycleLine.MAX_LENGTH - 2) + "..", value("x".repeat(100_000)));
        assertEquals("x".repeat(LifeCycleLine.MAX_LENGTH - 3) + "..", value("x".repeat(LifeCycleLine.MAX_LENGTH - 3) + "\ud83d\ude00 and more"));
    }

    private static Object value(String text) {
        return LifeCycleLine.of("e").and("k", text).getData().get("k");
    }
}
