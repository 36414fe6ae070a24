package dev.caravan.jmx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.StageTime;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.session.SessionState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StageTimesTest {

    private final StageTimes times = new StageTimes();

    @Test
    void theStagesOfTheLastChunkAreKeptUntilTheSessionCloses() {
        SessionObserver.OfOne show = open();
        assertEquals(Map.of(), times.of("show"));

        show.chunk(0, 9, chunk(new StageTime("denoise", 2_000_000), new StageTime("decode", 500_000), new StageTime("denoise", 1_000_000)));
        show.chunk(1, 9, chunk());

        assertEquals(Map.of("denoise", 3.0, "decode", 0.5), times.of("show"));
        show.moved(new SessionState.Closing("", Optional.empty()), new SessionState.Closed(Optional.empty()));
        assertEquals(Map.of(), times.of("show"));
    }

    @Test
    void theEndOfASessionDoesNotForgetTheNextOfTheSameName() {
        SessionObserver.OfOne old = open();
        open().chunk(0, 9, chunk(new StageTime("decode", 1_000_000)));

        old.moved(new SessionState.Closing("", Optional.empty()), new SessionState.Closed(Optional.empty()));

        assertEquals(Map.of("decode", 1.0), times.of("show"));
    }

    private SessionObserver.OfOne open() {
        return times.opened(new SessionObserver.Opened("show", Control.Door.REST, List.of("gray"), 0));
    }

    private static Chunk chunk(StageTime... stages) {
        return new Chunk(1, 16, List.of(), List.of(stages));
    }
}
