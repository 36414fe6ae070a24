package dev.caravan.inference.pipeline.builtin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.caravan.inference.golden.Ort;
import dev.caravan.inference.onnx.Graph;
import dev.caravan.inference.onnx.Op;
import dev.caravan.inference.onnx.Value;
import dev.caravan.inference.ort.OrtException;
import dev.caravan.inference.pipeline.DeviceFailure;
import dev.caravan.inference.pipeline.LoadRequest;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.Progress;
import dev.caravan.inference.tensor.DType;
import dev.caravan.inference.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeviceFailureTest {

    @Test
    void aStreamThatFindsNoMemoryIsLostAndSaysSo() {
        PipelineException e = DeviceFailure.ofChunk("edges", "a picture of 9x9", noMemory());
        assertTrue(e.fatal());
        assertEquals("edges ran out of memory with a picture of 9x9; choose a smaller picture or unload other pipelines", e.getMessage());
    }

    @Test
    void anyOtherFailureCostsTheChunkOnly() {
        PipelineException e = DeviceFailure.ofChunk("edges", "a picture of 9x9", badModel());
        assertFalse(e.fatal());
        assertTrue(e.getMessage().startsWith("edges failed with a picture of 9x9: "), e.getMessage());
    }

    @Test
    void aLoadThatFailsOnTheDeviceTellsWhy() {
        OrtException reason = badModel();
        PipelineException e = assertThrows(PipelineException.class, () -> new GrayPipeline(TestSchemas.of("gray"), () -> {
            throw reason;
        }).load(new LoadRequest(Map.of(), Path.of("nowhere")), Progress.NONE));
        assertTrue(e.fatal());
        assertEquals("gray cannot be loaded: " + reason.brief(), e.getMessage());
        assertEquals("not enough memory on the inference device for gray; use a smaller size or unload other pipelines",
                DeviceFailure.ofLoad("gray", "gray", Path.of("nowhere"), noMemory()).getMessage());
    }

    private static OrtException noMemory() {
        return assertThrows(OrtException.class, () -> Ort.cpu().zeros(DType.U8, Shape.of(1L << 60)));
    }

    private static OrtException badModel() {
        Graph graph = new Graph("bad");
        Value made = graph.node("net", Op.onnx("NoSuchOperator"), DType.F32, List.of());
        graph.output("out", made);
        return assertThrows(OrtException.class, () -> Ort.cpu().load(graph.build()));
    }
}
