package dev.caravan;

import java.nio.file.Path;
import org.apache.logging.log4j.LogManager;

/** Where log lines go; log4j2.xml reads these properties when the first logger is made, so this comes before all others. */
final class Logs {

    /** Name of the file of this life; older ones carry a number. */
    static final String FILE = "caravan.log";

    private Logs() {}

    static void writeTo(Path folder, boolean verbose) {
        System.setProperty("caravan.log.folder", folder.toString());
        System.setProperty("caravan.log.level", verbose ? "debug" : "info");
        // Our own shutdown hook closes the log last, after everybody who still has something to say.
        System.setProperty("log4j.shutdownHookEnabled", "false");
    }

    static void close() {
        LogManager.shutdown();
    }
}
