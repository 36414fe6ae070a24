package dev.caravan.processors.session;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineLoader;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Refusal;
import dev.caravan.inference.pipeline.SessionSeed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A pipeline that does what a test says and remembers what it was asked. */
final class FakePipeline implements LoadedPipeline {

    /** One call of {@link PipelineStream#next}. */
    record Call(List<Frame> in, Parameters parameters) {}

    /** What happens in a call besides making pictures. */
    interface Work {
        void run(Call call) throws PipelineException, InterruptedException;
    }

    private final String id;
    private final ObjectNode schema = new ObjectMapper().createObjectNode();
    private int chunk = 1;
    private int makes = -1;
    private boolean alwaysTakes;
    private double framesPerSecond;
    private boolean stamped = true;
    private Work work = call -> {};
    private PipelineException refusal;
    final List<Call> calls = new ArrayList<>();
    /** What every chunk is made without. */
    final List<Refusal> refused = new ArrayList<>();
    /** Of the stream that was opened last. */
    SessionSeed seed;
    int openStreams;
    int opened;

    FakePipeline(String id) {
        this.id = id;
        schema.put("id", id).put("default_mode", "video");
        modes("video", "text");
        schema.putArray("usage");
    }

    static FakePipeline passthrough() {
        return new FakePipeline("passthrough");
    }

    /** Generates one picture per chunk. */
    static FakePipeline generator(double framesPerSecond) {
        FakePipeline made = new FakePipeline("test-card").playedAt(framesPerSecond);
        made.schema.put("default_mode", "text");
        return made;
    }

    FakePipeline modes(String... modes) {
        var list = schema.putArray("supported_modes");
        for (String mode : modes) {
            list.add(mode);
        }
        return this;
    }

    FakePipeline usage(String usage) {
        schema.putArray("usage").add(usage);
        return this;
    }

    /** It wants its input in text mode too. */
    FakePipeline generatesNothing() {
        alwaysTakes = true;
        return this;
    }

    FakePipeline takes(int frames) {
        chunk = frames;
        return this;
    }

    FakePipeline makes(int frames) {
        makes = frames;
        return this;
    }

    FakePipeline playedAt(double perSecond) {
        framesPerSecond = perSecond;
        stamped = false;
        return this;
    }

    FakePipeline works(Work what) {
        work = what;
        return this;
    }

    FakePipeline refusesToOpen(String why) {
        refusal = new PipelineException(why, true);
        return this;
    }

    Call lastCall() {
        return calls.getLast();
    }

    PipelineLoader.Node node(String nodeId) {
        return new PipelineLoader.Node(nodeId, new PipelineSchema(schema), this, Map.of("base_seed", 42));
    }

    String id() {
        return id;
    }

    @Override
    public PipelineStream open(SessionSeed seed) throws PipelineException {
        if (refusal != null) {
            throw refusal;
        }
        opened++;
        this.seed = seed;
        openStreams++;
        return new Stream();
    }

    @Override
    public void close() {}

    private final class Stream implements PipelineStream {

        @Override
        public int inputFrames(Parameters parameters) {
            return alwaysTakes || parameters.videoMode(schema.get("default_mode").asText()) ? chunk : 0;
        }

        @Override
        public Chunk next(List<Frame> in, Parameters parameters, FrameSink out)
                throws PipelineException, InterruptedException {
            Call call = new Call(List.copyOf(in), parameters);
            calls.add(call);
            work.run(call);
            int count = makes >= 0 ? makes : Math.max(1, in.size());
            for (int i = 0; i < count; i++) {
                Picture picture = i < in.size() ? in.get(i).picture() : Pictures.gray(4, 2, calls.size());
                out.accept(picture, stamped && i < in.size() ? in.get(i).timestampMicros() : FrameSink.NO_TIMESTAMP);
            }
            return new Chunk(count, framesPerSecond, List.copyOf(refused));
        }

        @Override
        public void close() {
            openStreams--;
        }
    }
}
