package dev.caravan.processors.session;

/** Time as sessions see it; tests turn it by hand. */
interface Timing {

    /** A point in time that never comes. */
    long NEVER = Long.MAX_VALUE;

    /** Nanoseconds since some start, never negative, never going back. For intervals and deadlines. */
    long nanos();

    /** Milliseconds since the Unix epoch. For stamps. */
    long epochMillis();

    /** Runs a short task at a point of {@link #nanos()}, on a thread shared by all sessions. */
    void alarm(long atNanos, Runnable task);

    /** A new bell for one owner thread. */
    Bell bell();

    /** How an owner thread waits: without polling, until somebody rings or its next deadline comes. */
    interface Bell {

        /** Wakes the owner, now or when it waits next. From any thread. */
        void ring();

        /** Waits until rung or until the point of {@link Timing#nanos()}. Owner only. */
        void await(long untilNanos) throws InterruptedException;
    }
}
