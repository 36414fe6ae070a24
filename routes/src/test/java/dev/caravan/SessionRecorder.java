package dev.caravan;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.processors.session.Session;
import dev.caravan.processors.session.SessionEvent;
import dev.caravan.processors.session.Subscriber;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.zip.CRC32;

/** What a hub's sessions make and tell, from when it is opened: every event, and of every frame what it can be known by. Thread-safe. */
public final class SessionRecorder implements Subscriber, AutoCloseable {

    private static final long LIMIT_MS = 60_000;

    /**
     * A generated frame without its pixels: those are the session's memory.
     *
     * @param digest of all pixels; equal for equal pictures only
     * @param mean   red, green and blue, 0..255
     */
    public record Made(String session, long sequence, long chunk, int width, int height, long digest, List<Double> mean) {}

    private final List<Made> frames = new ArrayList<>();
    private final List<SessionEvent> events = new ArrayList<>();
    private final Session.Attachment subscription;

    public SessionRecorder(TestHub hub) {
        // On the session's own thread: one of its own would lose frames whenever the machine has no time for it.
        subscription = hub.running().hub().sessions().subscribe("recorder", Runnable::run, this);
    }

    @Override
    public synchronized void frame(Frame frame) {
        frames.add(made(frame));
        notifyAll();
    }

    @Override
    public synchronized void event(SessionEvent event) {
        events.add(event);
        notifyAll();
    }

    /** The frames of one chunk by their numbers, once a later one has begun to come. */
    public synchronized SortedMap<Long, Made> chunk(String session, long chunk) {
        await(() -> session + " plays what comes after chunk " + chunk + "; heard: " + told(session),
                () -> frames.stream().anyMatch(f -> f.session.equals(session) && f.chunk > chunk));
        return framesOf(session, chunk);
    }

    /** The same as far as it goes now, for a chunk after which there need not be one. */
    public synchronized SortedMap<Long, Made> chunk(String session, long chunk, int atLeast) {
        await(() -> session + " plays " + atLeast + " frames of chunk " + chunk + "; heard: " + told(session),
                () -> framesOf(session, chunk).size() >= atLeast);
        return framesOf(session, chunk);
    }

    /** The first frames of a session as far as they came, whatever chunks they are of: in a chain those of its first node count. */
    public synchronized SortedMap<Long, Made> first(String session, int count) {
        return framesOf(session, frame -> frame.sequence < count);
    }

    /** Waits for the event that a control took effect; its data. */
    public synchronized Map<String, Object> applied(String session, String key) {
        return applied(session, key, 0);
    }

    /** The same for a control that came at this offset of the session's log or later. */
    public synchronized Map<String, Object> applied(String session, String key, long offset) {
        List<Map<String, Object>> found = new ArrayList<>();
        await(() -> session + " applies " + key + "; heard: " + told(session), () -> {
            events.stream()
                    .filter(e -> e.sessionId().equals(session) && e.type() == SessionEvent.Type.APPLIED)
                    .map(SessionEvent::data)
                    .filter(data -> ((List<?>) data.get("keys")).contains(key) && (Long) data.get("offset") >= offset)
                    .forEach(found::add);
            return !found.isEmpty();
        });
        return found.getFirst();
    }

    /** Waits for the event that something of a control had no effect; its data. */
    public synchronized Map<String, Object> refused(String session) {
        Supplier<Optional<SessionEvent>> found = () -> events.stream()
                .filter(e -> e.sessionId().equals(session) && e.type() == SessionEvent.Type.REJECTED)
                .findFirst();
        await(() -> session + " refuses something; heard: " + told(session), () -> found.get().isPresent());
        return found.get().orElseThrow().data();
    }

    /** Waits until a chunk was made; the event that says so, of this chunk alone where each takes a quarter of a second at least. */
    public synchronized Map<String, Object> made(String session, long chunk) {
        Supplier<Optional<Map<String, Object>>> found = () -> events.stream()
                .filter(e -> e.sessionId().equals(session) && e.type() == SessionEvent.Type.CHUNK)
                .map(SessionEvent::data)
                .filter(data -> (Long) data.get("chunk") >= chunk)
                .findFirst();
        await(() -> session + " makes chunk " + chunk + "; heard: " + told(session), () -> found.get().isPresent());
        return found.get().orElseThrow();
    }

    private SortedMap<Long, Made> framesOf(String session, long chunk) {
        return framesOf(session, frame -> frame.chunk == chunk);
    }

    private SortedMap<Long, Made> framesOf(String session, Predicate<Made> wanted) {
        SortedMap<Long, Made> found = new TreeMap<>();
        frames.stream().filter(f -> f.session.equals(session)).filter(wanted).forEach(f -> found.put(f.sequence, f));
        return found;
    }

    private List<SessionEvent> told(String session) {
        return events.stream().filter(e -> e.sessionId().equals(session)).toList();
    }

    private void await(Supplier<String> what, Supplier<Boolean> condition) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MS);
        while (!condition.get()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited in vain until " + what.get());
            }
            try {
                wait(LIMIT_MS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static Made made(Frame frame) {
        Picture picture = frame.picture();
        if (!(picture instanceof Rgb24 rgb)) {
            throw new AssertionError("not a picture of three samples a pixel: " + picture.getClass());
        }
        CRC32 digest = new CRC32();
        digest.update(rgb.data());
        long[] sums = new long[3];
        for (int i = 0; i < rgb.data().length; i++) {
            sums[i % 3] += rgb.data()[i] & 255;
        }
        double pixels = (double) rgb.width() * rgb.height();
        return new Made(frame.sessionId(), frame.sequence(), frame.chunk(), rgb.width(), rgb.height(), digest.getValue(),
                List.of(sums[0] / pixels, sums[1] / pixels, sums[2] / pixels));
    }

    @Override
    public void close() {
        subscription.close();
    }
}
