package dev.caravan.inference.wan.vae;

import dev.caravan.inference.ort.Binding;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.SessionSettings;

/** A step of an autoencoder loaded on a device; shared by all streams. */
record VaeStage(VaeGraph graph, OrtSession session, Device device) implements AutoCloseable {

    static VaeStage load(VaeGraph graph, Device device) {
        // An autoencoder has half a dozen models of gigabytes each; with an arena for each the CPU would keep them all at once.
        return new VaeStage(graph, device.load(graph.model(), SessionSettings.DEFAULT.withoutArena()), device);
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
