package dev.caravan.inference.wan.vae;

import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtSession;

/** A step of an autoencoder loaded on a device; shared by all streams. */
record VaeStage(VaeGraph graph, OrtSession session, Device device) implements AutoCloseable {

    static VaeStage load(VaeGraph graph, Device device) {
        return new VaeStage(graph, device.load(graph.model()), device);
    }

    /**
     * Ties it to the states of one stream, which it updates in place. To run it twice is not to run it once, as the frames remembered would
     * move on twice: such a run must never be repeated, nor recorded by a device that repeats it for that.
     */
    Binding bind(VaeState state) {
        Binding binding = session.bind();
        graph.reads().keySet().forEach(name -> binding.input(VaeGraph.input(name), state.tensor(name)));
        graph.writes().keySet().forEach(name -> binding.output(VaeGraph.output(name), state.tensor(name)));
        return binding;
    }

    @Override
    public void close() {
        session.close();
    }
}
