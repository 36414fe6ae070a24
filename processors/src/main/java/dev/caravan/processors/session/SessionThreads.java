package dev.caravan.processors.session;

import dev.caravan.inference.frame.PictureDecoder;
import dev.caravan.inference.pipeline.PictureFiles;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/** The threads that real sessions share, closed with them. */
final class SessionThreads implements AutoCloseable {

    private final ScheduledThreadPoolExecutor alarms =
            new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("session-playout").factory());
    private final ExecutorService delivery =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("session-delivery-", 0).factory());
    private final ThreadFactory owners = Thread.ofPlatform().daemon().factory();
    // Not on the delivery threads: a full collection may take a while.
    private final ExecutorService collector =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("session-memory").factory());

    SessionEnvironment environment(
            ChainSource chains,
            PictureDecoder decoder,
            PictureFiles pictures,
            SessionLimits limits,
            InstantSource clock,
            SessionObserver observer) {
        return new SessionEnvironment(
                chains,
                decoder,
                pictures,
                limits,
                new SystemTiming(clock, alarms),
                owners,
                delivery,
                new MemoryRelief(() -> collector.execute(System::gc)),
                HeldTotal.ofHeap(),
                observer);
    }

    /** Lets what is queued be delivered, bounded. */
    @Override
    public void close() throws InterruptedException {
        alarms.shutdownNow();
        collector.shutdownNow();
        delivery.shutdown();
        delivery.awaitTermination(2, TimeUnit.SECONDS);
        delivery.shutdownNow();
    }
}
