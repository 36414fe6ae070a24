package dev.caravan;

import dev.caravan.config.Settings;
import dev.caravan.processors.kafka.KafkaHub;
import java.io.PrintStream;

/** The few lines a person wants to see when the hub is up. */
final class Banner {

    private Banner() {}

    static void print(RunningHub running, PrintStream out) {
        Settings settings = running.hub().settings();
        BuildInfo build = running.hub().build();
        out.println();
        out.println("  Caravan " + build.version() + " (" + build.commit() + ")");
        out.println("  page    " + running.baseUri() + "/");
        out.println("  api     " + running.baseUri() + "/docs");
        out.println("  console " + running.baseUri() + "/hawtio/");
        out.println("  metrics " + running.baseUri() + "/metrics");
        out.println("  kafka   " + running.hub().kafka().map(KafkaHub::bootstrapServers).orElse("off"));
        out.println("  data    " + settings.folders().data());
        out.println("  device  " + running.hub().device());
        settings.pipelines().standIns().forEach((id, other) ->
                out.println("  note    '" + id + "' is answered by '" + other + "' (--stand-in)"));
        if (settings.pipelines().huggingFace().isPresent() && settings.webrtc().turnBroker().isEmpty()) {
            out.println("  note    the Hugging Face token gives TURN servers only with --turn-broker");
        }
        out.println("  Ctrl+C stops it");
        out.println();
        out.flush();
    }
}
