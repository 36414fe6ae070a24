package dev.caravan.inference.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class EmbeddingCacheTest {

    private static final int ROOM_FOR_TWO = 2 * (4 * 4 + 2);

    private final EmbeddingCache cache = new EmbeddingCache(ROOM_FOR_TWO);
    private final List<String> encoded = new ArrayList<>();
    private final PromptEncoder encoder = cache.over(text -> {
        encoded.add(text);
        return embedding();
    });

    @Test
    void aTextIsEncodedOnce() {
        assertSame(encoder.encode("a"), encoder.encode("a"));
        assertEquals(List.of("a"), encoded);
    }

    @Test
    void theLeastRecentlyUsedGoesFirst() {
        encoder.encode("a");
        encoder.encode("b");
        encoder.encode("a");
        encoder.encode("c");
        encoder.encode("a");
        encoder.encode("b");
        assertEquals(List.of("a", "b", "c", "b"), encoded);
        assertEquals(ROOM_FOR_TWO, cache.bytes());
    }

    @Test
    void whatIsLargerThanTheCacheIsGivenButNotKept() {
        PromptEmbedding large = new PromptEmbedding(10, 10, new float[100]);
        assertSame(large, cache.embedding("large", _ -> large));
        assertEquals(0, cache.bytes());
        encoder.encode("large");
        assertEquals(List.of("large"), encoded);
    }

    @Test
    void aFailureIsNotKept() {
        assertThrows(IllegalStateException.class, () -> cache.embedding("a", _ -> {
            throw new IllegalStateException("device lost");
        }));
        encoder.encode("a");
        assertEquals(List.of("a"), encoded);
    }

    @Test
    void aTextInTheMakingIsWaitedFor() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        FutureTask<PromptEmbedding> first = new FutureTask<>(() -> cache.embedding("a", _ -> {
            begun.countDown();
            await(goOn);
            return embedding();
        }));
        Thread.ofPlatform().start(first);
        begun.await();
        FutureTask<PromptEmbedding> second = new FutureTask<>(() -> encoder.encode("a"));
        Thread waiting = waitingThread(second);
        assertTrue(waiting.isAlive());
        goOn.countDown();
        assertSame(first.get(), second.get());
        assertEquals(List.of(), encoded);
    }

    @Test
    void whoWaitedForAFailureTriesItself() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        FutureTask<PromptEmbedding> first = new FutureTask<>(() -> cache.embedding("a", _ -> {
            begun.countDown();
            await(goOn);
            throw new IllegalStateException("this stream ends");
        }));
        Thread.ofPlatform().start(first);
        begun.await();
        FutureTask<PromptEmbedding> second = new FutureTask<>(() -> encoder.encode("a"));
        waitingThread(second);
        goOn.countDown();
        assertEquals(embedding(), second.get());
        assertEquals(List.of("a"), encoded);
    }

    /** Starts the task and returns when it cannot go on by itself. */
    private static Thread waitingThread(FutureTask<?> task) {
        Thread thread = Thread.ofPlatform().start(task);
        while (thread.getState() != Thread.State.WAITING && thread.isAlive()) {
            Thread.onSpinWait();
        }
        return thread;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PromptEmbedding embedding() {
        return new PromptEmbedding(2, 2, new float[4]);
    }
}
