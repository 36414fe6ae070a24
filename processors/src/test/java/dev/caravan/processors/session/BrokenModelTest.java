package dev.caravan.processors.session;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.ort.DeviceRequest;
import dev.caravan.inference.ort.Engine;
import dev.caravan.inference.ort.EngineSettings;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.LoadedPipeline;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.PipelineSchema;
import dev.caravan.inference.pipeline.PipelineStream;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;
import dev.caravan.inference.pipeline.causal.CausalPipeline;
import dev.caravan.inference.pipeline.causal.LongLive;
import dev.caravan.inference.tiny.TinyModels;
import dev.caravan.processors.session.SessionEvent.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions of a generative model with random weights, one of which loses its state on the device in the middle of a chunk. */
class BrokenModelTest {

    private static final PipelineSchema SCHEMA = PipelineSchema.load("longlive");
    private static final Map<String, Object> PARAMETERS = Map.of(
            "input_mode", "video", "prompts", List.of(Map.of("text", "a boat", "weight", 1.0)), "denoising_step_list", List.of(1000, 500));

    @TempDir
    private Path folder;

    @Test
    void aStreamThatBreaksStopsItsSessionWithTheReasonAndTheOtherMakesWhatItMakesAlone() throws Exception {
        TinyModels.write(folder.resolve("models"), TinyModels.DEFAULT_SEED);
        Path natives = Path.of("target", "natives").toAbsolutePath();
        try (Engine engine = Engine.open(new EngineSettings(DeviceRequest.CPU, Optional.empty(), natives, 1));
                LoadedPipeline model = new CausalPipeline(new LongLive(), SCHEMA, models -> List.of(), engine).load(
                        new LoadRequest(Map.of("width", 16, "height", 16, "vace_enabled", false), folder.resolve("models")), Progress.NONE)) {
            HubByHand alone = HubByHand.with(SCHEMA, model);
            Session only = alone.open("other", Control.Door.REST, PARAMETERS);
            stream(alone, only);
            List<Frame> expected = alone.heard.frames;
            assertEquals(13 + 12, expected.size());
            alone.sessions().close();
            alone.settle();

            HubByHand hub = HubByHand.with(SCHEMA, new Breaking(model, "victim"));
            Session victim = hub.open("victim", Control.Door.REST, PARAMETERS);
            Session other = hub.open("other", Control.Door.REST, PARAMETERS);
            stream(hub, victim, other);

            SessionEvent stopped = hub.heard.events(Type.STREAM_STOPPED).getFirst();
            assertEquals("victim", stopped.sessionId());
            assertEquals("internal error in the pipeline (IllegalStateException)", stopped.data().get("error_message"));
            assertEquals("closed", victim.snapshot().state());
            List<Frame> made = hub.heard.frames.stream().filter(frame -> frame.sessionId().equals("other")).toList();
            assertEquals(expected.size(), made.size());
            for (int i = 0; i < made.size(); i++) {
                assertArrayEquals(rgb(expected.get(i)), rgb(made.get(i)), "picture " + i);
            }
            hub.sessions().close();
            hub.settle();
            assertEquals(0, engine.device().memory().tensors());
            assertTrue(engine.device().handles().sessions() > 0, "the model itself stays");
        }
    }

    /** Two chunks of each. */
    private static void stream(HubByHand hub, Session... sessions) {
        for (int i = 0; i < 24; i++) {
            for (Session session : sessions) {
                hub.frame(session, "camera", i);
            }
            hub.advance(Duration.ofMillis(33));
        }
        hub.advance(Duration.ofSeconds(5));
    }

    private static byte[] rgb(Frame frame) {
        return ((Picture.Rgb24) frame.picture()).data();
    }

    /** Takes the tensors of one session's stream away while it decodes. */
    private record Breaking(LoadedPipeline model, String victim) implements LoadedPipeline {

        @Override
        public PipelineStream open(SessionSeed seed) throws PipelineException {
            PipelineStream stream = model.open(seed);
            return seed.sessionId().equals(victim) ? new Broken(stream) : stream;
        }

        @Override
        public void close() {}
    }

    private record Broken(PipelineStream stream) implements PipelineStream {

        @Override
        public int inputFrames(Parameters parameters) {
            return stream.inputFrames(parameters);
        }

        @Override
        public Chunk next(List<Frame> in, Parameters parameters, FrameSink out) throws PipelineException, InterruptedException {
            return stream.next(in, parameters, (picture, time) -> stream.close());
        }

        @Override
        public void close() {
            stream.close();
        }
    }
}
