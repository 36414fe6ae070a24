package dev.caravan.processors.session;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Origin;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PictureFiles;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Refusal;
import dev.caravan.inference.pipeline.SessionSeed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pipeline streams of one session, in a line (contract §3.6): what a node makes waits for the next node until that has enough for
 * a chunk of its own. Used by the owner thread only, {@link #main} and {@link #nodeIds} excepted.
 */
final class Chain implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Chain.class);

    /** What a run of the whole chain is asked and told. */
    interface Run {

        /** What a node uses in this run. */
        Parameters parameters(int node);

        /** A node has run with it. */
        void used(int node);

        /** A node made a chunk; see {@link SessionObserver.OfOne#chunk}. */
        void ran(int node, long nanos, Chunk made);

        /** A node made a chunk without some of what its parameters asked for. */
        void refused(int node, List<Refusal> refusals);

        /**
         * A picture of the last node; see {@link PipelineStream.FrameSink#accept}.
         *
         * @param arrivedMicros when the input it was made from came into the hub; of its making when there was none
         */
        void made(Picture picture, long timestampMicros, long arrivedMicros);
    }

    private final class Node {
        private final int index;
        private final PipelineStream stream;
        private final Origin origin;
        private final ArrayDeque<Frame> waiting = new ArrayDeque<>();
        // One sink per node for all chunks: nothing is allocated per chunk for it.
        private final PipelineStream.FrameSink sink = this::made;
        private long sequence;
        /** Of the chunk that is made now. */
        private List<Frame> input = List.of();
        private int made;

        Node(int index, PipelineStream stream, String pipelineId) {
            this.index = index;
            this.stream = stream;
            this.origin = Origin.of("pipeline:" + pipelineId);
        }

        private void made(Picture picture, long timestampMicros) {
            if (index == nodes.size() - 1) {
                run.made(picture, timestampMicros, arrived());
                return;
            }
            Node next = nodes.get(index + 1);
            long time = timestampMicros == PipelineStream.FrameSink.NO_TIMESTAMP ? timing.epochMillis() * 1000 : timestampMicros;
            if (next.waiting.size() >= Math.max(FrameInput.CAPACITY, 2 * next.stream.inputFrames(run.parameters(next.index)))) {
                next.waiting.removeFirst();
                drops.count(Drops.Cause.CHAIN_OVERFLOW);
            }
            next.waiting.addLast(Frame.incoming(sessionId, sequence++, time, origin, picture, arrived()));
        }

        /** The n-th picture of a chunk is made from its n-th input; those beyond from its last. */
        private long arrived() {
            return input.isEmpty() ? timing.epochMillis() * 1000 : input.get(Math.min(made++, input.size() - 1)).arrivedMicros();
        }
    }

    private final String sessionId;
    private final PipelineLoader.Lease lease;
    private final Timing timing;
    private final Drops drops;
    private final SessionObserver.OfOne observer;
    private final List<String> nodeIds;
    private final PipelineLoader.Node main;
    private final List<Node> nodes = new ArrayList<>();
    private final Run run;
    private double framesPerSecond;

    Chain(String sessionId, PipelineLoader.Lease lease, Timing timing, Drops drops, SessionObserver.OfOne observer, Run run) {
        this.sessionId = sessionId;
        this.lease = lease;
        this.timing = timing;
        this.drops = drops;
        this.observer = observer;
        this.run = run;
        nodeIds = lease.nodes().stream().map(PipelineLoader.Node::nodeId).toList();
        main = main(lease.nodes());
    }

    /** The last node that is neither a pre- nor a postprocessor; the last of all when there is none. */
    static PipelineLoader.Node main(List<PipelineLoader.Node> nodes) {
        return nodes.stream()
                .filter(n -> n.schema().role() == PipelineSchema.Role.MAIN)
                .reduce((first, second) -> second)
                .orElse(nodes.getLast());
    }

    /** @param pictures opens those that parameters name */
    void open(PictureFiles pictures) throws PipelineException {
        for (PipelineLoader.Node node : lease.nodes()) {
            PipelineStream stream = node.loaded().open(new SessionSeed(sessionId, pictures));
            nodes.add(new Node(nodes.size(), stream, node.schema().id()));
        }
    }

    List<String> nodeIds() {
        return nodeIds;
    }

    PipelineLoader.Node main() {
        return main;
    }

    /**
     * Where a run begins: in text mode at the first node that generates from nothing, because what stands before it has nothing to work
     * on; else at the first.
     */
    int entry(boolean textMode) {
        for (int i = 0; textMode && i < nodes.size(); i++) {
            if (wanted(i) == 0) {
                return i;
            }
        }
        return 0;
    }

    /** How many input frames a run that begins there takes; 0 for a generator. */
    int wanted(int node) {
        return nodes.get(node).stream.inputFrames(run.parameters(node));
    }

    /**
     * Runs the entry node once and every node behind it as often as there is enough for it.
     *
     * @return frames per second the pictures are meant to be played at, or {@link Chunk#EVENT_DRIVEN}
     */
    double run(int entry, List<Frame> in) throws PipelineException, InterruptedException {
        framesPerSecond = Chunk.EVENT_DRIVEN;
        next(nodes.get(entry), in);
        for (int i = entry + 1; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            int wanted = wanted(i);
            if (wanted == 0) {
                // A generator behind another node: once per run, whatever the node before it made.
                node.waiting.clear();
                next(node, List.of());
                continue;
            }
            while (node.waiting.size() >= wanted) {
                List<Frame> chunk = new ArrayList<>(wanted);
                for (int k = 0; k < wanted; k++) {
                    chunk.add(node.waiting.removeFirst());
                }
                next(node, chunk);
                wanted = wanted(i);
            }
        }
        return framesPerSecond;
    }

    private void next(Node node, List<Frame> in) throws PipelineException, InterruptedException {
        node.input = in;
        node.made = 0;
        boolean made = false;
        try {
            long begin = timing.nanos();
            Chunk chunk = node.stream.next(in, run.parameters(node.index), node.sink);
            long nanos = timing.nanos() - begin;
            observer.chunk(node.index, nanos, chunk);
            run.ran(node.index, nanos, chunk);
            made = true;
            if (chunk.framesPerSecond() > 0) {
                framesPerSecond = chunk.framesPerSecond();
            }
            if (!chunk.refused().isEmpty()) {
                run.refused(node.index, chunk.refused());
            }
        } finally {
            node.input = List.of();
            if (!made) {
                observer.chunkFailed(node.index);
            }
            run.used(node.index);
        }
    }

    /** Frees the streams and returns the pipelines. */
    @Override
    public void close() {
        for (Node node : nodes.reversed()) {
            try {
                node.stream.close();
            } catch (RuntimeException | Error e) {
                // The others must be freed all the same.
                LOG.warn("session {}: a stream of node {} could not be closed", sessionId, nodeIds.get(node.index), e);
            }
        }
        nodes.clear();
        lease.close();
    }
}
