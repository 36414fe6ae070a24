package dev.caravan;

import dev.caravan.config.Settings;
import java.nio.file.Path;
import org.apache.logging.log4j.LogManager;

/** Where log lines go and in which form; log4j2.xml and log4j2-json.xml read these properties when the first logger is made, so this comes before all others. */
final class Logs {

    /** Name of the file of this life; older ones carry a number. */
    static final String FILE = "caravan.log";

    private Logs() {}

    static void writeTo(Path folder, Settings.Observability observability) {
        System.setProperty("caravan.log.folder", folder.toString());
        System.setProperty("caravan.log.level", observability.verbose() ? "debug" : "info");
        if (observability.json()) {
            System.setProperty("log4j2.configurationFile", "log4j2-json.xml");
        }
        // Our own shutdown hook closes the log last, after everybody who still has something to say.
        System.setProperty("log4j.shutdownHookEnabled", "false");
    }

    static void close() {
        LogManager.shutdown();
    }
}
