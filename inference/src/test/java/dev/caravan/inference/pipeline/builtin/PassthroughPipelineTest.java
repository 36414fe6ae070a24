package dev.caravan.inference.pipeline.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.caravan.inference.frame.Frame;
import dev.caravan.inference.frame.Picture;
import dev.caravan.inference.pipeline.Chunk;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.Pipeline;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.pipeline.SessionSeed;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PassthroughPipelineTest extends PipelineContract {

    @Override
    Pipeline pipeline() {
        return new PassthroughPipeline(TestSchemas.of("passthrough"));
    }

    @Test
    void theVerySamePictureComesOutOneByOneAndUnpaced() throws Exception {
        try (var loaded = pipeline().load(new LoadRequest(Map.of(), Path.of("nowhere")), Progress.NONE);
                var stream = loaded.open(new SessionSeed("a"))) {
            for (Picture picture : List.of(Inputs.yuv(31, 17), Inputs.rgb(64, 48))) {
                Frame frame = Inputs.frame(picture, 3);
                Chunk chunk = stream.next(List.of(frame), Parameters.NONE, (out, time) -> {
                    assertSame(picture, out);
                    assertEquals(frame.timestampMicros(), time);
                });
                assertEquals(new Chunk(1, Chunk.EVENT_DRIVEN), chunk);
            }
        }
    }
}
