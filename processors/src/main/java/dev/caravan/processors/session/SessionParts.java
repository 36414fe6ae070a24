package dev.caravan.processors.session;

import dev.caravan.inference.pipeline.PipelineLoader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one session is made of. Every part guards itself; only {@link #loop} and {@link #maker} belong to the owner thread. */
final class SessionParts {

    final String id;
    final SessionRequest request;
    final SessionEnvironment environment;
    final Timing timing;
    final Timing.Bell bell;
    final long openedNanos;
    final long openedMs;
    final SessionObserver.OfOne observer;
    final SessionTracer.OfOne tracer;
    final Drops drops;
    final RateMeter in;
    final RateMeter out;
    final FanOut output;
    final SessionEvents events;
    final HeldBytes held;
    final SourceBoard sources;
    final FrameInput input;
    final ControlLog log;
    final Attendance attendance;
    final List<String> nodeIds;
    final List<String> notes;
    final SessionLifeCycle life;
    final ChunkMaker maker;
    final SessionLoop loop;

    SessionParts(String id, SessionRequest request, PipelineLoader.Lease lease, SessionEnvironment environment, Runnable ended) {
        this.id = id;
        this.request = request;
        this.environment = environment;
        timing = environment.timing();
        bell = timing.bell();
        openedNanos = timing.nanos();
        openedMs = timing.epochMillis();
        SessionLimits limits = environment.limits();
        SessionObserver.Opened opened = opened(id, request, lease);
        observer = environment.observer().opened(opened);
        tracer = environment.observer().tracer().opened(opened);
        drops = new Drops(observer, tracer);
        in = new RateMeter(openedNanos);
        out = new RateMeter(openedNanos);
        output = new FanOut(drops, out, timing);
        nodeIds = lease.nodes().stream().map(PipelineLoader.Node::nodeId).toList();
        notes = lease.nodes().stream().flatMap(node -> node.loaded().notes().stream()).distinct().toList();
        events = new SessionEvents(id, request.attributes(), provenance(lease), timing, output);
        held = new HeldBytes(limits.heldBytes(), environment.relief(), environment.held());
        sources = new SourceBoard(limits.sourceSilence().toNanos(), limits.closeGrace().toNanos());
        input = new FrameInput(sources, drops);
        // Who feeds a session through Kafka reads it there.
        log = new ControlLog(nodeIds, request.door() == Control.Door.KAFKA ? List.of("kafka") : List.of());
        attendance = new Attendance(limits, openerStays(request.door()), openedNanos);
        life = new SessionLifeCycle((step, reason) -> {
            observer.moved(step.from(), step.to());
            events.state(step.from().wireName(), step.to().wireName(), reason, nodeIds);
        });
        maker = new ChunkMaker(this, lease);
        loop = new SessionLoop(this, ended);
    }

    /** A Kafka producer or a route does not say good-bye: it is there for as long as it sends. */
    private static boolean openerStays(Control.Door door) {
        return door != Control.Door.KAFKA && door != Control.Door.ROUTE;
    }

    private static SessionObserver.Opened opened(String id, SessionRequest request, PipelineLoader.Lease lease) {
        List<PipelineLoader.Node> nodes = lease.nodes();
        List<String> pipelines = nodes.stream().map(node -> node.schema().id()).toList();
        return new SessionObserver.Opened(id, request.door(), pipelines, nodes.indexOf(Chain.main(nodes)));
    }

    private static Map<String, Object> provenance(PipelineLoader.Lease lease) {
        PipelineLoader.Node main = Chain.main(lease.nodes());
        Map<String, Object> made = new LinkedHashMap<>();
        made.put("model", main.schema().id());
        Object seed = main.loadParameters().get("base_seed");
        seed = seed != null ? seed : main.loadParameters().get("seed");
        if (seed != null) {
            made.put("seed", seed);
        }
        return made;
    }
}
