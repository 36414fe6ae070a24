package dev.caravan.inference.wan.vae;

import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.Owned;

/** What the autoencoders have in common once they are on a device: the steps they loaded, which are freed together. */
abstract class LoadedAutoencoder implements VideoAutoencoder {

    private final Owned owned = new Owned();
    private final VaeOptions options;
    private final Device device;

    LoadedAutoencoder(VaeOptions options, Device device) {
        this.options = options;
        this.device = device;
    }

    /** Loads a step that others use already: their steps stay when it fails. */
    final synchronized VaeStage loadLater(VaeGraph graph) {
        return owned.keep(VaeStage.load(graph, device));
    }

    /** Loads a step for the constructor: when that fails, those loaded before are freed. */
    final VaeStage load(VaeGraph graph) {
        try {
            return loadLater(graph);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    final Device device() {
        return device;
    }

    @Override
    public final VaeOptions options() {
        return options;
    }

    @Override
    public synchronized void close() {
        owned.close();
    }
}
