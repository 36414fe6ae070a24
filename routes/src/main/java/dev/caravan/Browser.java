package dev.caravan;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the page where there is a desktop; quiet where there is none. */
final class Browser {

    private static final Logger LOG = LoggerFactory.getLogger(Browser.class);

    private Browser() {}

    static void open(URI uri) {
        List<String> command = command(System.getProperty("os.name", "").toLowerCase(Locale.ROOT), uri);
        if (command.isEmpty()) {
            return;
        }
        try {
            new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            LOG.debug("no browser opened: {}", e.getMessage());
        }
    }

    private static List<String> command(String system, URI uri) {
        if (system.startsWith("mac")) {
            return List.of("open", uri.toString());
        }
        if (system.startsWith("windows")) {
            return List.of("rundll32", "url.dll,FileProtocolHandler", uri.toString());
        }
        boolean desktop = System.getenv("DISPLAY") != null || System.getenv("WAYLAND_DISPLAY") != null;
        return desktop ? List.of("xdg-open", uri.toString()) : List.of();
    }
}
