package dev.caravan.inference.ort;

/**
 * How many native things of a device are open at one moment. What a stream or a model opened is closed with it: a test can tell.
 *
 * @param tensors  views included
 * @param sessions loaded models
 * @param bindings of sessions
 */
public record Handles(int tensors, int sessions, int bindings) {

    static final Handles NONE = new Handles(0, 0, 0);

    Handles plus(int moreTensors, int moreSessions, int moreBindings) {
        return new Handles(tensors + moreTensors, sessions + moreSessions, bindings + moreBindings);
    }
}
