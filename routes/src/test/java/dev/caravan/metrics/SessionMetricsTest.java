package dev.caravan.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.StageTime;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.Drops;
import dev.caravan.processors.session.Entrance;
import dev.caravan.processors.session.Exit;
import dev.caravan.processors.session.SessionObserver;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionMetricsTest {

    private static final int FRAMES = 20_000;
    private static final Chunk FRAME_BY_FRAME = new Chunk(1, Chunk.EVENT_DRIVEN);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final SessionMetrics metrics = new SessionMetrics(registry);
    private final SessionObserver.OfOne session =
            metrics.opened(new SessionObserver.Opened("s", Control.Door.OFFER, List.of("gray", "longlive"), 1));

    @Test
    void countingAFrameAllocatesNothing() {
        count();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        count();
        long perFrame = (threads.getCurrentThreadAllocatedBytes() - before) / FRAMES;
        assertTrue(perFrame < 16, perFrame + " bytes per frame: less than the smallest object");
        assertEquals(2 * FRAMES, read().value("caravan_frames_in_total", "door", "kafka"));
    }

    private void count() {
        for (int i = 0; i < FRAMES; i++) {
            session.frameIn(Entrance.KAFKA, i, 25_000);
            session.dropped(Drops.Cause.SAMPLED_OUT, 1);
            session.chunk(0, 1_000_000, FRAME_BY_FRAME);
            session.frameOut(i, i);
            metrics.sent(Exit.WEBRTC, "s", i, 3_000);
        }
    }

    @Test
    void aChunkIsCountedForItsNodeWithItsStages() {
        session.chunk(1, 900_000_000, new Chunk(
                12, 16, List.of(), List.of(new StageTime("denoise", 600_000_000), new StageTime("decode", 250_000_000))));
        session.frameOut(0, 0);
        Exposition now = read();
        assertEquals(0.9, now.value("caravan_chunk_seconds_sum", "pipeline", "longlive", "stage", "total"), 1e-9);
        assertEquals(0.6, now.value("caravan_chunk_seconds_sum", "pipeline", "longlive", "stage", "denoise"), 1e-9);
        assertEquals(1, now.value("caravan_chunk_seconds_bucket", "pipeline", "longlive", "stage", "decode", "le", "0.5"));
        assertEquals(1, now.value("caravan_chunk_seconds_bucket", "pipeline", "longlive", "stage", "decode", "le", "0.25"), "its end belongs to it");
        assertEquals(0, now.value("caravan_chunk_seconds_bucket", "pipeline", "longlive", "stage", "decode", "le", "0.1"));
        assertEquals(0, now.value("caravan_chunk_seconds_count", "pipeline", "gray", "stage", "total"));
        assertEquals(1, now.value("caravan_frames_out_total", "pipeline", "longlive"), "the main one gives the session its name");
    }

    @Test
    void aClockThatIsAheadOrYearsBehindSpoilsNothing() {
        session.frameIn(Entrance.REST, 0, -5_000_000);
        session.frameIn(Entrance.REST, 1, Long.MAX_VALUE);
        session.frameIn(Entrance.REST, 2, 0);
        Exposition now = read();
        assertEquals(3, now.value("caravan_frames_in_total", "door", "rest"));
        assertEquals(2, now.value("caravan_glass_to_hub_seconds_count", "door", "rest"), "the third told no time");
        assertEquals(60, now.value("caravan_glass_to_hub_seconds_sum", "door", "rest"), 1e-9);
    }

    private Exposition read() {
        return Exposition.read(registry.scrape());
    }
}
