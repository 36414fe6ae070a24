package dev.caravan.processors.session;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.PictureDecoder;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.PictureFiles;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineSchema;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** Sessions without threads and without a clock: a test moves time, and everything that then happens has happened when it returns. */
final class HubByHand {

    final HandTiming timing = new HandTiming();
    final Recorder heard = new Recorder();
    final List<String> decoded = new ArrayList<>();
    final Map<String, Integer> leases = new HashMap<>();
    int collections;

    private final Map<String, Function<String, PipelineLoader.Node>> nodes = new LinkedHashMap<>();
    private final Map<SessionLoop, Long> loops = new LinkedHashMap<>();
    private SessionLimits limits = SessionLimits.DEFAULTS;
    private PictureDecoder decoder = this::decode;
    private PictureFiles pictures = PictureFiles.NONE;
    private Executor delivery = Runnable::run;
    private SessionObserver observer = SessionObserver.NONE;
    private Sessions sessions;

    static HubByHand with(FakePipeline... pipelines) {
        HubByHand hub = new HubByHand();
        for (FakePipeline pipeline : pipelines) {
            hub.nodes.put(pipeline.id(), pipeline::node);
        }
        return hub;
    }

    /** Of a pipeline that is loaded already. */
    static HubByHand with(PipelineSchema schema, LoadedPipeline loaded) {
        HubByHand hub = new HubByHand();
        hub.nodes.put(schema.id(), id -> new PipelineLoader.Node(id, schema, loaded, Map.of()));
        return hub;
    }

    HubByHand limits(SessionLimits what) {
        limits = what;
        return this;
    }

    HubByHand pictures(PictureFiles what) {
        pictures = what;
        return this;
    }

    HubByHand delivery(Executor what) {
        delivery = what;
        return this;
    }

    HubByHand observer(SessionObserver what) {
        observer = what;
        return this;
    }

    Sessions sessions() {
        if (sessions == null) {
            sessions = new Sessions(new SessionEnvironment(this::acquire, decoder, pictures, limits, timing, this::thread, delivery,
                    new MemoryRelief(() -> collections++), new HeldTotal(1L << 40, 0), observer), () -> {});
            sessions.subscribe("recorder", heard);
        }
        return sessions;
    }

    /** Opens a session {@code s} by a REST client. */
    Session open(Map<String, Object> parameters) {
        return open("s", Control.Door.REST, parameters);
    }

    Session open(String id, Control.Door door, Map<String, Object> parameters) {
        try {
            Session session = sessions().open(new SessionRequest(
                    Optional.of(id), Origin.of("opener"), door, List.of(), parameters, Map.of("user_id", "u")));
            settle();
            return session;
        } catch (SessionRefusedException e) {
            throw new AssertionError(e);
        }
    }

    Session.Receipt control(Session session, Control.Door door, Map<String, Object> update) {
        Session.Receipt receipt = session.control(new Control(session.id(), door, Origin.of("sender"), update), false);
        settle();
        return receipt;
    }

    /** Offers a frame and lets the session do what it does about it. */
    void frame(Session session, String source, long sequence) {
        session.offer(Pictures.frame(session.id(), source, sequence));
        settle();
    }

    void advance(Duration by) {
        long target = timing.nanos() + by.toNanos();
        settle();
        while (true) {
            long next = Math.min(timing.nextAlarm(), loops.values().stream().mapToLong(Long::longValue).min().orElse(Timing.NEVER));
            timing.moveTo(Math.min(next, target));
            settle();
            if (next >= target) {
                return;
            }
        }
    }

    /** Turns every session until it has nothing to do now. */
    void settle() {
        for (int turns = 0; turns < 100_000; turns++) {
            Optional<SessionLoop> ready = loops.keySet().stream().filter(this::ready).findFirst();
            if (ready.isEmpty()) {
                return;
            }
            turn(ready.get());
        }
        throw new AssertionError("a session never comes to rest");
    }

    /** How many owner threads have not ended. */
    int running() {
        return loops.size();
    }

    private boolean ready(SessionLoop loop) {
        return heard(loop) || loops.get(loop) <= timing.nanos();
    }

    private boolean heard(SessionLoop loop) {
        if (loop.bell() instanceof HandTiming.HandBell bell && bell.heard()) {
            loops.put(loop, 0L);
            return true;
        }
        return false;
    }

    private void turn(SessionLoop loop) {
        try {
            long until = loop.turn();
            if (until == SessionLoop.DONE) {
                loops.remove(loop);
            } else {
                loops.put(loop, until);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Thread thread(Runnable loop) {
        return new Thread(loop) {
            @Override
            public void start() {
                loops.put((SessionLoop) loop, 0L);
            }
        };
    }

    private PipelineLoader.Lease acquire(List<String> wished) throws PipelineException {
        if (nodes.isEmpty()) {
            throw new PipelineException("Pipeline not loaded. Please load pipeline first.", false);
        }
        List<PipelineLoader.Node> chain = new ArrayList<>();
        for (String id : wished.isEmpty() ? nodes.keySet() : wished) {
            chain.add(nodes.get(id).apply(id));
        }
        chain.forEach(n -> leases.merge(n.nodeId(), 1, Integer::sum));
        return new PipelineLoader.Lease() {
            @Override
            public List<PipelineLoader.Node> nodes() {
                return chain;
            }

            @Override
            public void close() {
                chain.forEach(n -> leases.merge(n.nodeId(), -1, Integer::sum));
            }
        };
    }

    private dev.caravan.inference.frame.Picture decode(dev.caravan.inference.frame.Picture.Encoded encoded)
            throws BadPictureException {
        String text = new String(encoded.data(), StandardCharsets.UTF_8);
        decoded.add(text);
        if (text.startsWith("bad")) {
            throw new BadPictureException("not a picture: " + text);
        }
        return Pictures.gray(encoded.width(), encoded.height(), 1);
    }
}
