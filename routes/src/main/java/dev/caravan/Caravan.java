package dev.caravan;

import dev.caravan.config.ConfigException;
import dev.caravan.config.Help;
import dev.caravan.config.Option;
import dev.caravan.config.OptionValues;
import dev.caravan.config.Settings;
import dev.caravan.config.SettingsReader;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.LoggerFactory;

/** The command. Exit codes: 0 stopped in order, 1 cannot start, 2 wrong options. */
public final class Caravan {

    private Caravan() {}

    public static void main(String[] arguments) {
        int status = run(List.of(arguments), System.out, System.err);
        if (status != 0) {
            System.exit(status);
        }
    }

    /**
     * Starts a hub and returns when its port is open.
     *
     * @throws StartException with one line that says what is in the way
     */
    public static RunningHub start(Settings settings) throws StartException {
        return RunningHub.start(settings);
    }

    /** The whole command but its end: returns its exit code, after the hub has stopped where one ran. */
    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        try {
            OptionValues values = OptionValues.read(arguments, System.getenv(), System.getProperties());
            if (values.isOn(Option.HELP)) {
                out.print(Help.text());
                return 0;
            }
            if (values.isOn(Option.VERSION)) {
                BuildInfo build = BuildInfo.detect();
                out.println("caravan: " + build.version());
                out.println("git commit: " + build.commit());
                return 0;
            }
            Settings settings = SettingsReader.read(values);
            Logs.writeTo(settings.folders().logs(), settings.observability());
            values.warnings().forEach(LoggerFactory.getLogger(Caravan.class)::warn);
            serve(settings, out);
            return 0;
        } catch (ConfigException e) {
            err.println("caravan: " + e.getMessage());
            return 2;
        } catch (StartException e) {
            err.println("caravan: " + e.getMessage());
            return 1;
        }
    }

    private static void serve(Settings settings, PrintStream out) throws StartException {
        RunningHub running = start(settings);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(
                () -> {
                    running.close();
                    stopped.countDown();
                    Logs.close();
                },
                "caravan-shutdown"));
        if (settings.drain().isPositive()) {
            StopSignals.install(running::hurry);
        }
        // Whoever collects JSON wants nothing else; the log has the same.
        if (!settings.observability().json()) {
            Banner.print(running, out);
        }
        if (settings.browser()) {
            Browser.open(running.baseUri());
        }
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
