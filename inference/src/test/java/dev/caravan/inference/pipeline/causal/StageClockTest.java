package dev.caravan.inference.pipeline.causal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.pipeline.StageTime;
import dev.caravan.inference.pipeline.causal.StageClock.Stage;
import java.util.List;
import org.junit.jupiter.api.Test;

class StageClockTest {

    private long nanos = 1_000;
    private final StageClock clock = new StageClock(() -> nanos);

    @Test
    void eachStageLastsUntilTheNextBegins() {
        clock.begin(Stage.TEXT);
        nanos += 5;
        clock.enter(Stage.DENOISE);
        nanos += 70;
        clock.enter(Stage.DECODE);
        nanos += 20;
        assertEquals(
                List.of(new StageTime("text", 5), new StageTime("denoise", 70), new StageTime("decode", 20)), clock.end());
    }

    @Test
    void aStageThatIsEnteredTwiceCountsBothTimes() {
        clock.begin(Stage.DENOISE);
        nanos += 1;
        clock.enter(Stage.DECODE);
        nanos += 2;
        clock.enter(Stage.DENOISE);
        nanos += 4;
        assertEquals(List.of(new StageTime("denoise", 5), new StageTime("decode", 2)), clock.end());
    }

    @Test
    void whatAChunkThatFailedLeftIsForgotten() {
        clock.begin(Stage.TEXT);
        nanos += 9;
        clock.enter(Stage.ENCODE);
        clock.begin(Stage.TEXT);
        nanos += 3;
        assertEquals(List.of(new StageTime("text", 3)), clock.end());
    }
}
