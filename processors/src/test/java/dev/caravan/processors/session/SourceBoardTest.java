package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SourceBoardTest {

    private static final long SILENCE = 1000;

    private final SourceBoard board = new SourceBoard(SILENCE, 5000);

    @Test
    void theSourceThatStartedLastIsActiveHoweverTheFramesAlternate() {
        for (int t = 0; t < 100; t += 10) {
            board.frameArrived("a", t);
            if (t >= 50) {
                board.frameArrived("b", t + 5);
            }
            assertActive(t < 50 ? "a" : "b", t + 5);
            board.frameArrived("a", t + 6);
            assertActive(t < 50 ? "a" : "b", t + 6);
        }
    }

    @Test
    void theOneBeforeTakesOverAfterTheSilenceAndGivesWayAgain() {
        board.frameArrived("a", 0);
        board.frameArrived("b", 10);
        board.frameArrived("a", 1000);
        assertActive("b", 10 + SILENCE);
        assertActive("a", 11 + SILENCE);
        board.frameArrived("b", 1500);
        assertActive("b", 1500);
    }

    @Test
    void anAnnouncedSourceThatNeverSendsTakesNothingAway() {
        board.frameArrived("a", 0);
        board.attach("b", 1);
        assertActive("a", 2);
        assertEquals(List.of("a", "b"), board.names(2));
    }

    @Test
    void whenAllAreSilentTheLastStaysAndTheNextFrameDecides() {
        board.frameArrived("a", 0);
        board.frameArrived("b", 0);
        assertActive("b", 0);
        assertActive("b", 5000);
        board.frameArrived("a", 5000);
        assertActive("a", 5000);
    }

    @Test
    void aSourceThatLeftAndCameBackHasStartedAgain() {
        board.attach("a", 0);
        board.frameArrived("a", 0);
        board.frameArrived("b", 1);
        assertActive("b", 1);
        board.detach("a");
        board.attach("a", 2);
        board.frameArrived("a", 3);
        assertActive("a", 3);
    }

    @Test
    void aPinnedSourceIsActiveEvenWhenItIsSilent() {
        board.frameArrived("a", 0);
        board.pin(Optional.of("c"));
        board.frameArrived("b", 1);
        assertActive("c", 2);
        board.pin(Optional.empty());
        assertActive("b", 2);
    }

    @Test
    void aSourceNobodyAnnouncedIsForgottenWhenItHasLongBeenSilent() {
        board.frameArrived("a", 0);
        board.attach("b", 0);
        assertEquals(List.of("b"), board.names(5001));
    }

    private void assertActive(String name, long now) {
        assertEquals(Optional.of(name), board.active(now), "at " + now);
    }
}
