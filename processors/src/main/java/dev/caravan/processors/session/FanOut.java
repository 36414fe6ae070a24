package dev.caravan.processors.session;

import dev.caravan.inference.frame.Frame;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The output of one session: every subscriber has its mailbox. Publishing never waits. Thread-safe. */
final class FanOut {

    /** One subscriber of all sessions. A class, not a record: two subscriptions of one subscriber are two. */
    static final class Subscription {

        private final String name;
        private final Subscriber subscriber;
        private final Executor executor;

        Subscription(String name, Subscriber subscriber, Executor executor) {
            this.name = name;
            this.subscriber = subscriber;
            this.executor = executor;
        }
    }

    private final Drops drops;
    private final RateMeter rate;
    private final Timing timing;
    private final Map<Subscription, Mailbox> bySubscription = new ConcurrentHashMap<>();
    private final List<Mailbox> forFrames = new CopyOnWriteArrayList<>();
    private final List<Mailbox> forEvents = new CopyOnWriteArrayList<>();
    private volatile @Nullable Frame latest;

    FanOut(Drops drops, RateMeter rate, Timing timing) {
        this.drops = drops;
        this.rate = rate;
        this.timing = timing;
    }

    void add(Subscription subscription) {
        Mailbox mailbox = new Mailbox(subscription.name, subscription.subscriber, subscription.executor, drops);
        bySubscription.put(subscription, mailbox);
        if (subscription.subscriber.wantsFrames()) {
            forFrames.add(mailbox);
        }
        if (subscription.subscriber.wantsEvents()) {
            forEvents.add(mailbox);
        }
    }

    void remove(Subscription subscription) {
        Mailbox mailbox = bySubscription.remove(subscription);
        if (mailbox != null) {
            forFrames.remove(mailbox);
            forEvents.remove(mailbox);
            mailbox.close();
        }
    }

    void publish(Frame frame) {
        latest = frame;
        rate.mark(timing.nanos());
        for (Mailbox mailbox : forFrames) {
            mailbox.put(frame);
        }
    }

    void publish(SessionEvent event) {
        for (Mailbox mailbox : forEvents) {
            mailbox.put(event);
        }
    }

    void publish(FrameRejected frame) {
        for (Mailbox mailbox : forEvents) {
            mailbox.put(frame);
        }
    }

    /** Waits until every subscriber has taken what there is, or until this point of {@link System#nanoTime}. */
    void awaitDelivered(long until) throws InterruptedException {
        for (Mailbox mailbox : bySubscription.values()) {
            mailbox.awaitDelivered(until);
        }
    }

    Optional<Frame> latest() {
        return Optional.ofNullable(latest);
    }
}
