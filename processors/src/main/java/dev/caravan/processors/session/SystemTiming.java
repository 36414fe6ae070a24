package dev.caravan.processors.session;

import java.time.InstantSource;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Real time. */
final class SystemTiming implements Timing {

    private final long start = System.nanoTime();
    private final InstantSource clock;
    private final ScheduledExecutorService alarms;

    SystemTiming(InstantSource clock, ScheduledExecutorService alarms) {
        this.clock = clock;
        this.alarms = alarms;
    }

    @Override
    public long nanos() {
        return System.nanoTime() - start;
    }

    @Override
    public long epochMillis() {
        return clock.millis();
    }

    @Override
    public void alarm(long atNanos, Runnable task) {
        alarms.schedule(task, atNanos - nanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public Bell bell() {
        return new ParkingBell();
    }

    private final class ParkingBell implements Bell {

        private final AtomicBoolean rung = new AtomicBoolean();
        private volatile @Nullable Thread waiting;

        @Override
        public void ring() {
            // Many frames may arrive before the owner wakes: only the first pays for the system call.
            if (rung.compareAndSet(false, true)) {
                LockSupport.unpark(waiting);
            }
        }

        @Override
        public void await(long untilNanos) throws InterruptedException {
            waiting = Thread.currentThread();
            while (!rung.getAndSet(false)) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (untilNanos == NEVER) {
                    LockSupport.park(this);
                    continue;
                }
                long left = untilNanos - nanos();
                if (left <= 0) {
                    return;
                }
                LockSupport.parkNanos(this, left);
            }
        }
    }
}
