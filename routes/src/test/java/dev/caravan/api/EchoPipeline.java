package dev.caravan.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedAdapter;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Gives back what comes in; in text mode, 16x16 black. May be told to fail or to take its time while loading. */
final class EchoPipeline implements Pipeline {

    private final PipelineSchema schema;
    private final List<String> missing;
    private final CountDownLatch loadMayEnd;
    private final List<LoadedAdapter> adapters;

    private EchoPipeline(PipelineSchema schema, List<String> missing, CountDownLatch loadMayEnd, LoadedAdapter... adapters) {
        this.schema = schema;
        this.missing = missing;
        this.loadMayEnd = loadMayEnd;
        this.adapters = List.of(adapters);
    }

    static EchoPipeline of(String id) {
        return new EchoPipeline(schema(id, "[]"), List.of(), new CountDownLatch(0));
    }

    static EchoPipeline adapted(String id, LoadedAdapter... adapters) {
        return new EchoPipeline(schema(id, "[]"), List.of(), new CountDownLatch(0), adapters);
    }

    static EchoPipeline preprocessor(String id) {
        return new EchoPipeline(schema(id, "['preprocessor']"), List.of(), new CountDownLatch(0));
    }

    static EchoPipeline slow(String id, CountDownLatch loadMayEnd) {
        return new EchoPipeline(schema(id, "[]"), List.of(), loadMayEnd);
    }

    static EchoPipeline broken(String id) {
        return new EchoPipeline(schema(id, "[]"), List.of("weights.bin"), new CountDownLatch(0));
    }

    private static PipelineSchema schema(String id, String usage) {
        String json = "{'id':'%s','name':'Echo','description':'for tests','supported_modes':['text','video'],'default_mode':'video',"
                + "'supports_prompts':true,'produces_video':true,'produces_audio':false,'usage':%s,'inputs':['video'],'outputs':['video']}";
        return new PipelineSchema(
                (ObjectNode) Json.read(json.formatted(id, usage).replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public PipelineSchema schema() {
        return schema;
    }

    @Override
    public List<String> missingFiles(Path modelsFolder) {
        return missing;
    }

    @Override
    public LoadedPipeline load(LoadRequest request, Progress progress) throws PipelineException, InterruptedException {
        progress.stage("Loading weights...");
        loadMayEnd.await();
        if (!missing.isEmpty()) {
            throw new PipelineException("weights.bin is missing", true);
        }
        return new LoadedPipeline() {
            @Override
            public List<LoadedAdapter> adapters() {
                return EchoPipeline.this.adapters;
            }

            @Override
            public PipelineStream open(SessionSeed seed) {
                return new EchoStream();
            }

            @Override
            public void close() {}
        };
    }

    private static final class EchoStream implements PipelineStream {

        @Override
        public int inputFrames(Parameters parameters) {
            return parameters.videoMode("video") ? 1 : 0;
        }

        @Override
        public Chunk next(List<Frame> in, Parameters parameters, FrameSink out) {
            in.forEach(frame -> out.accept(frame.picture(), frame.timestampMicros()));
            if (in.isEmpty()) {
                out.accept(new Picture.I420(16, 16, new byte[Picture.I420.size(16, 16)]), FrameSink.NO_TIMESTAMP);
                return new Chunk(1, 30);
            }
            return new Chunk(in.size(), Chunk.EVENT_DRIVEN);
        }

        @Override
        public void close() {}
    }
}
