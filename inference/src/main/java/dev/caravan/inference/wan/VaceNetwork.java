package dev.caravan.inference.wan;

import dev.caravan.inference.nn.Weights;
import dev.caravan.inference.ort.Device;
import dev.caravan.inference.ort.OrtSession;
import dev.caravan.inference.ort.SessionSettings;
import java.util.List;

/** The VACE blocks of a {@link Transformer} on its device, shared by all streams. Closed after all their states. */
final class VaceNetwork implements AutoCloseable {

    private final List<Integer> layers;
    private final OrtSession text;
    private final OrtSession hints;

    private VaceNetwork(List<Integer> layers, OrtSession text, OrtSession hints) {
        this.layers = layers;
        this.text = text;
        this.hints = hints;
    }

    /**
     * @param weights of the transformer itself
     * @param options of the transformer
     */
    static VaceNetwork load(
            Device device,
            TransformerConfig config,
            LatentSize size,
            Weights weights,
            VaceModule module,
            TransformerOptions options,
            Probe probe,
            SessionSettings ofText,
            SessionSettings ofHints) {
        OrtSession text = device.load(VaceGraph.text(module, config, options.compute(), device.provider()), ofText);
        try {
            OrtSession hints = device.load(
                    VaceGraph.hints(weights, module, config, size, options, device.provider(), probe), ofHints);
            return new VaceNetwork(module.layers(), text, hints);
        } catch (RuntimeException e) {
            text.close();
            throw e;
        }
    }

    /** Blocks of the transformer that get hints; the i-th from VACE block i. */
    List<Integer> layers() {
        return layers;
    }

    OrtSession text() {
        return text;
    }

    OrtSession hints() {
        return hints;
    }

    @Override
    public void close() {
        hints.close();
        text.close();
    }
}
