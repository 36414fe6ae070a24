package dev.caravan.processors.session;

import dev.caravan.inference.frame.BadPictureException;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the chunks of one session: takes input, decodes it, runs the chain, stamps and paces what comes out. Owner thread only. */
final class ChunkMaker implements Chain.Run {

    /** So many failures in a row are not bad luck. */
    static final int FAILURES_IN_A_ROW = 10;

    private static final Logger LOG = LoggerFactory.getLogger(ChunkMaker.class);

    private static final long AT_ONCE = 0;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long NOTHING_MADE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long NO_MEMORY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long LONGEST_RETRY_NANOS = SECOND;

    private final SessionParts session;
    private final Timing timing;
    private final Chain chain;
    private final Playout playout;
    private final ChunkModes modes;
    private final ChunkReport report;
    private final FpsEstimate estimate = new FpsEstimate();
    private final Origin origin;
    private final RateLimit errors = new RateLimit(5 * SECOND);
    private final RateLimit refused = new RateLimit(SECOND);
    private final RateLimit warnings = new RateLimit(60 * SECOND);

    private long chunk;
    private SessionTracer.OfChunk trace = SessionTracer.OfChunk.NONE;
    /** Of the frames of this chunk. */
    private Origin madeBy;
    private long sequence;
    private int made;
    private long firstDue;
    private long notBefore;
    private int failures;
    private double rate;
    private int lastBytes;
    private boolean generates;
    private volatile String mode;

    ChunkMaker(SessionParts session, PipelineLoader.Lease lease) {
        this.session = session;
        this.timing = session.timing;
        chain = new Chain(session.id, lease, timing, session.drops, session.observer, this);
        playout = new Playout(timing, this::leaves, session.drops);
        modes = new ChunkModes(
                chain.main().schema(), lease.nodes().indexOf(chain.main()), lease.nodes().size(), session.log);
        report = new ChunkReport(session.events, timing);
        origin = Origin.of("pipeline:" + chain.main().schema().id());
        madeBy = origin;
        mode = chain.main().schema().defaultMode();
    }

    void open() throws PipelineException {
        chain.open(session.environment.pictures());
    }

    /** Frees everything; what was made and has not left is forgotten. */
    void close() {
        playout.clear();
        chain.close();
    }

    /** Whether the next chunk would be made from nothing. */
    boolean textMode() {
        modes.look();
        return chain.wanted(chain.entry(modes.text())) == 0;
    }

    /** The time until the next chunk says nothing about the chain's pace. */
    void gap() {
        estimate.gap();
    }

    /** {@code text} when it generates freely, else {@code video}. Any thread. */
    String mode() {
        return mode;
    }

    /** Any thread. */
    double pipelineFps() {
        return estimate.perSecond();
    }

    /** Any thread. */
    long chunks() {
        return report.chunks();
    }

    /**
     * Makes one chunk if there is what it takes.
     *
     * @return when to be called again at the latest; 0 for at once
     * @throws PipelineException when the session cannot go on
     */
    long turn() throws PipelineException, InterruptedException {
        long now = timing.nanos();
        if (now < notBefore) {
            return notBefore;
        }
        long offset = modes.look();
        int entry = chain.entry(modes.text());
        int wanted = chain.wanted(entry);
        mode = wanted == 0 ? "text" : "video";
        if ((wanted == 0) != generates) {
            generates = wanted == 0;
            estimate.reset();
            rate = 0;
        }
        if (wanted == 0) {
            session.input.admit(FrameInput.Admission.TEXT_MODE);
            if (!session.held.room(lastBytes, now)) {
                return waitForMemory(now);
            }
        }
        List<Frame> taken = wanted == 0 ? List.of() : session.input.take(wanted, now);
        if (taken.size() < wanted) {
            return Timing.NEVER;
        }
        List<Frame> in = decoded(taken);
        if (in.size() < wanted) {
            session.input.putBack(in, now);
            return AT_ONCE;
        }
        Optional<List<ControlLog.Entry>> news = session.log.begin(offset);
        if (news.isEmpty()) {
            session.input.putBack(in, now);
            return AT_ONCE;
        }
        for (ControlLog.Entry control : news.get()) {
            session.events.applied(control, chunk);
        }
        make(entry, in, offset);
        return AT_ONCE;
    }

    private void make(int entry, List<Frame> in, long offset) throws PipelineException, InterruptedException {
        long start = timing.nanos();
        made = 0;
        firstDue = Timing.NEVER;
        trace = session.tracer.chunk(chunk, in, offset);
        madeBy = trace.origin(origin);
        boolean whole = false;
        try {
            rate = chain.run(entry, in);
            failures = 0;
            whole = true;
        } catch (PipelineException e) {
            if (e.fatal()) {
                throw e;
            }
            skipped(in, e.getMessage(), e);
        } catch (RuntimeException e) {
            // Its message is for the log only: it may name files.
            skipped(in, "internal error in the pipeline (" + e.getClass().getSimpleName() + ")", e);
        } catch (OutOfMemoryError e) {
            throw new PipelineException("out of memory; use a smaller size or end other sessions", true, e);
        } catch (Error e) {
            throw new PipelineException("the pipeline broke (" + e.getClass().getSimpleName() + ")", true, e);
        } finally {
            trace.over(made, whole);
        }
        long end = timing.nanos();
        if (generates) {
            // What counts is how fast it could go, not how long it waited for its turn to be played.
            estimate.gap();
        }
        estimate.batch(made, start, end);
        double pace = rate > 0 ? Math.min(rate, estimate.perSecond()) : estimate.perSecond();
        playout.pace(pace, made, !generates);
        if (failures > 0) {
            notBefore = end + Math.min(LONGEST_RETRY_NANOS, FIRST_RETRY_NANOS << Math.min(failures, 10));
        } else if (generates) {
            // Throttled to play-out speed: the next chunk is begun when this one begins to be played.
            notBefore = made > 0 ? firstDue : end + NOTHING_MADE_NANOS;
        }
        report.made(chunk++, in.size(), made, end - start, offset);
    }

    private void skipped(List<Frame> in, String message, Exception e) throws PipelineException {
        session.drops.count(Drops.Cause.CHUNK_FAILED, in.size());
        failures++;
        if (failures >= FAILURES_IN_A_ROW) {
            throw new PipelineException(failures + " chunks failed in a row; the last one: " + message, true, e);
        }
        if (errors.pass(timing.nanos())) {
            LOG.warn("session {}: chunk {} failed and is skipped", session.id, chunk, e);
            session.events.error(message, false, errors.suppressed());
        }
    }

    private long waitForMemory(long now) {
        warnMemory(now);
        notBefore = now + NO_MEMORY_NANOS;
        estimate.gap();
        return notBefore;
    }

    /** Says, now and then, that somebody holds too many frames. From any thread. */
    void warnMemory(long now) {
        if (warnings.pass(now)) {
            LOG.warn("session {}: the hub and its routes hold {} MiB of its frames, or of all sessions what memory allows;"
                    + " look for a route that keeps frames", session.id, session.held.bytes() >> 20);
        }
    }

    private List<Frame> decoded(List<Frame> taken) {
        boolean encoded = false;
        for (Frame frame : taken) {
            encoded |= frame.picture() instanceof Picture.Encoded;
        }
        if (!encoded) {
            return taken;
        }
        List<Frame> good = new ArrayList<>(taken.size());
        for (Frame frame : taken) {
            if (frame.picture() instanceof Picture.Encoded picture) {
                decode(frame, picture).ifPresent(good::add);
            } else {
                good.add(frame);
            }
        }
        return good;
    }

    private Optional<Frame> decode(Frame frame, Picture.Encoded picture) {
        String reason;
        try {
            Picture pixels = session.environment.decoder().decode(picture);
            session.held.track(pixels);
            return Optional.of(frame.with(pixels));
        } catch (BadPictureException e) {
            reason = e.getMessage();
        } catch (RuntimeException e) {
            LOG.warn("session {}: the decoder failed on a picture of {} bytes", session.id, picture.bytes(), e);
            reason = "the picture cannot be decoded";
        }
        session.drops.count(Drops.Cause.UNDECODABLE, frame);
        session.events.frameRejected(frame, reason);
        return Optional.empty();
    }

    /** From the alarm's thread too. */
    private void leaves(Frame frame) {
        session.observer.frameOut(frame.sequence(), frame.chunk());
        session.output.publish(frame);
    }

    @Override
    public Parameters parameters(int node) {
        return modes.parameters(node);
    }

    @Override
    public void used(int node) {
        session.log.used(node);
    }

    @Override
    public void ran(int node, long nanos, Chunk made) {
        trace.ran(node, nanos, made);
    }

    @Override
    public void refused(int node, List<Refusal> refusals) {
        // A session may name what is not there in every chunk.
        if (refused.pass(timing.nanos())) {
            String nodeId = chain.nodeIds().get(node);
            LOG.info("session {}: {} made chunk {} without some parameters: {}", session.id, nodeId, chunk, refusals);
            session.events.refused("pipeline:" + nodeId, refusals);
        }
    }

    @Override
    public void made(Picture picture, long timestampMicros, long arrivedMicros) {
        boolean stamped = timestampMicros != PipelineStream.FrameSink.NO_TIMESTAMP;
        long time = stamped ? timestampMicros : timing.epochMillis() * 1000;
        Frame frame = new Frame(session.id, sequence++, time, chunk, madeBy, picture, arrivedMicros);
        session.held.track(picture);
        lastBytes = picture.bytes();
        if (stamped && rate == 0 && !generates) {
            playout.now(frame);
        } else {
            firstDue = Math.min(firstDue, playout.paced(frame));
        }
        made++;
        if (frame.sequence() == 0) {
            session.events.playbackReady(TimeUnit.NANOSECONDS.toMillis(timing.nanos() - session.openedNanos));
        }
    }
}
