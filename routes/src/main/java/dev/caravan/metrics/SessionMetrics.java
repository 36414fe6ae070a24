package dev.caravan.metrics;

import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.processors.session.Control;
import dev.caravan.processors.session.Drops;
import dev.caravan.processors.session.Entrance;
import dev.caravan.processors.session.Exit;
import dev.caravan.processors.session.SessionObserver;
import dev.caravan.processors.session.SessionState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Counts what all sessions do. Totals belong to the hub: they stay when a session ends. A frame costs a few adders, nothing is allocated or
 * looked up by name for it.
 */
public final class SessionMetrics implements SessionObserver {

    /** Clocks of cameras may be wrong by years; nothing is learned from more than this. */
    private static final long MOST_GLASS_MICROS = TimeUnit.MINUTES.toMicros(1);

    private final MeterRegistry registry;
    private final EnumMap<Entrance, Counter> framesIn;
    private final EnumMap<Entrance, Timer> glassToHub;
    private final EnumMap<Exit, Timer> hubToWire;
    private final EnumMap<Drops.Cause, Counter> dropped;
    private final EnumMap<Control.Door, Counter> applied;
    private final EnumMap<Control.Door, Counter> rejected;
    private final EnumMap<Control.Door, Counter> opened;
    private final Counter ended;
    private final Counter failed;
    private final Map<Class<? extends SessionState>, AtomicInteger> states;
    private final Map<String, PipelineMeters> pipelines = new ConcurrentHashMap<>();

    SessionMetrics(MeterRegistry registry) {
        this.registry = registry;
        framesIn = each(Entrance.class, door -> counter("caravan.frames.in", "Frames that came into sessions, used or not",
                "door", door.wireName()));
        glassToHub = each(Entrance.class, door -> Buckets.latency(registry, "caravan.glass.to.hub",
                "From the capture of a frame, where its sender tells the time, to its arrival", "door", door.wireName()));
        hubToWire = each(Exit.class, exit -> Buckets.latency(registry, "caravan.hub.to.wire",
                "From the arrival of a frame to when what was made from it is handed to its sender", "sink", exit.wireName()));
        dropped = each(Drops.Cause.class, cause -> counter("caravan.frames.dropped", "Frames that were not used, by cause",
                "cause", cause.wireName()));
        applied = each(Control.Door.class, door -> counter("caravan.controls.applied", "Controls that sessions took",
                "door", door.wireName()));
        rejected = each(Control.Door.class, door -> counter("caravan.controls.rejected", "Controls with keys that were refused",
                "door", door.wireName()));
        opened = each(Control.Door.class, door -> counter("caravan.sessions.opened", "Sessions that were opened",
                "door", door.wireName()));
        ended = closed("ended");
        failed = closed("failed");
        states = Map.of(
                SessionState.Opening.class, state("opening"),
                SessionState.Streaming.class, state("streaming"),
                SessionState.Paused.class, state("paused"),
                SessionState.Closing.class, state("closing"));
    }

    @Override
    public OfOne opened(Opened session) {
        opened.get(session.door()).increment();
        into(SessionState.Opening.class, 1);
        PipelineMeters[] chain = session.pipelines().stream().map(this::pipeline).toArray(PipelineMeters[]::new);
        return new One(chain, chain[session.main()]);
    }

    @Override
    public void sent(Exit exit, String sessionId, long sequence, long micros) {
        hubToWire.get(exit).record(micros, TimeUnit.MICROSECONDS);
    }

    private final class One implements OfOne {

        private final PipelineMeters[] chain;
        private final PipelineMeters main;

        One(PipelineMeters[] chain, PipelineMeters main) {
            this.chain = chain;
            this.main = main;
        }

        @Override
        public void frameIn(Entrance entrance, long sequence, long glassMicros) {
            framesIn.get(entrance).increment();
            if (glassMicros != 0) {
                glassToHub.get(entrance).record(Math.clamp(glassMicros, 0, MOST_GLASS_MICROS), TimeUnit.MICROSECONDS);
            }
        }

        @Override
        public void dropped(Drops.Cause cause, long frames) {
            dropped.get(cause).increment(frames);
        }

        @Override
        public void frameOut(long sequence, long chunk) {
            main.frameOut();
        }

        @Override
        public void chunk(int node, long nanos, Chunk made) {
            chain[node].chunk(nanos, made);
        }

        @Override
        public void chunkFailed(int node) {
            chain[node].failed();
        }

        @Override
        public void controlApplied(Control.Door door) {
            applied.get(door).increment();
        }

        @Override
        public void controlRejected(Control.Door door) {
            rejected.get(door).increment();
        }

        @Override
        public void moved(SessionState from, SessionState to) {
            into(from.getClass(), -1);
            if (to instanceof SessionState.Closed(var error)) {
                (error.isPresent() ? failed : ended).increment();
            } else {
                into(to.getClass(), 1);
            }
        }
    }

    private void into(Class<? extends SessionState> state, int change) {
        AtomicInteger count = states.get(state);
        if (count != null) {
            count.addAndGet(change);
        }
    }

    private PipelineMeters pipeline(String id) {
        return pipelines.computeIfAbsent(id, known -> new PipelineMeters(registry, known));
    }

    private AtomicInteger state(String name) {
        AtomicInteger count = new AtomicInteger();
        Gauge.builder("caravan.sessions", count, AtomicInteger::get)
                .description("Sessions there are now")
                .tag("state", name)
                .register(registry);
        return count;
    }

    private Counter closed(String outcome) {
        return counter("caravan.sessions.closed", "Sessions that are over", "outcome", outcome);
    }

    private Counter counter(String name, String help, String key, String value) {
        return Counter.builder(name).description(help).tag(key, value).register(registry);
    }

    private static <E extends Enum<E>, M> EnumMap<E, M> each(Class<E> type, Function<E, M> meter) {
        EnumMap<E, M> all = new EnumMap<>(type);
        for (E one : type.getEnumConstants()) {
            all.put(one, meter.apply(one));
        }
        return all;
    }
}
