package dev.caravan.processors.session;

import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that stands still until a test moves it. */
final class HandTiming implements Timing {

    private record Alarm(long atNanos, long order, Runnable task) {}

    static final long EPOCH_MILLIS = 1_700_000_000_000L;

    private final PriorityQueue<Alarm> alarms =
            new PriorityQueue<>(Comparator.comparingLong(Alarm::atNanos).thenComparingLong(Alarm::order));
    private long now;
    private long order;

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public long epochMillis() {
        return EPOCH_MILLIS + now / 1_000_000;
    }

    @Override
    public void alarm(long atNanos, Runnable task) {
        alarms.add(new Alarm(atNanos, order++, task));
    }

    @Override
    public HandBell bell() {
        return new HandBell();
    }

    long nextAlarm() {
        return alarms.isEmpty() ? NEVER : alarms.peek().atNanos();
    }

    /** Moves on, ringing the alarms on the way. */
    void moveTo(long nanos) {
        while (nextAlarm() <= nanos) {
            Alarm alarm = alarms.remove();
            now = Math.max(now, alarm.atNanos());
            alarm.task().run();
        }
        now = Math.max(now, nanos);
    }

    static final class HandBell implements Bell {

        private boolean rung;

        @Override
        public void ring() {
            rung = true;
        }

        @Override
        public void await(long untilNanos) {
            throw new AssertionError("tests turn the loop themselves");
        }

        boolean heard() {
            boolean was = rung;
            rung = false;
            return was;
        }
    }
}
