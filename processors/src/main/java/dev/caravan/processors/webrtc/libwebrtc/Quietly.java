package dev.caravan.processors.webrtc.libwebrtc;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a piece of a callback or of a tear-down. Errors too are caught here and nowhere else: out of a callback they abort the process,
 * and the library throws {@link Error} itself when it disposes of something that is still in use.
 */
final class Quietly {

    private static final Logger LOG = LoggerFactory.getLogger(Quietly.class);

    private Quietly() {}

    static void run(String what, Runnable piece) {
        try {
            piece.run();
        } catch (Throwable e) {
            LOG.warn("{} failed", what, e);
        }
    }
}
