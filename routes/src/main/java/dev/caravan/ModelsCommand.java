package dev.caravan;

import dev.caravan.config.CommandLine;
import dev.caravan.config.ConfigException;
import dev.caravan.config.Help;
import dev.caravan.config.Option;
import dev.caravan.config.OptionValues;
import dev.caravan.config.Settings;
import dev.caravan.config.SettingsReader;
import dev.caravan.inference.model.DownloadException;
import dev.caravan.inference.model.ModelStore;
import dev.caravan.models.DownloadModels;
import dev.caravan.models.ListModels;
import dev.caravan.models.MakeTinyModels;
import dev.caravan.models.ModelsContext;
import dev.caravan.models.ModelsSubcommand;
import dev.caravan.models.RemoveModels;
import dev.caravan.models.VerifyModels;
import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * {@code caravan models}, a program of its own that starts no hub. Exit codes: 0 done, 1 not, 2 called in a wrong way, 130 stopped by a
 * person.
 */
public final class ModelsCommand {

    /** Set by the launcher: whether standard error is a terminal. */
    private static final String TERMINAL = "caravan.terminal";

    /** Every word of the command, in the order of its help text. */
    private static final List<ModelsSubcommand> SUBCOMMANDS =
            List.of(new ListModels(), new DownloadModels(), new VerifyModels(), new RemoveModels(), new MakeTinyModels());

    private static final List<Option> OPTIONS = List.of(
            Option.DATA, Option.MODELS_DIR, Option.HF_TOKEN, Option.HF_ENDPOINT, Option.PROXY, Option.PARALLEL_DOWNLOADS, Option.HELP);

    private ModelsCommand() {}

    public static void main(String[] arguments) {
        // Only errors, and on the terminal: the hub's log file belongs to the hub.
        System.setProperty("log4j2.configurationFile", "log4j2-command.xml");
        System.setProperty("log4j.shutdownHookEnabled", "false");
        AtomicBoolean finished = new AtomicBoolean();
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(main, finished), "caravan-shutdown"));
        int status = run(List.of(arguments), System.getenv(), System.getProperties(), System.out, System.err, Boolean.getBoolean(TERMINAL));
        if (finished.compareAndSet(false, true) && status != 0) {
            System.exit(status);
        }
    }

    /** The whole command but its end. */
    static int run(
            List<String> arguments,
            Map<String, String> environment,
            Properties properties,
            PrintStream out,
            PrintStream err,
            boolean live) {
        try {
            Optional<ModelsSubcommand> command = arguments.stream()
                    .findFirst()
                    .flatMap(word -> SUBCOMMANDS.stream().filter(each -> each.name().equals(word)).findFirst());
            CommandLine line = CommandLine.parse(
                    arguments.subList(command.isPresent() ? 1 : 0, arguments.size()),
                    command.map(ModelsSubcommand::switches).orElseGet(Set::of));
            OptionValues values = OptionValues.read(line.options(), environment, properties);
            if (values.isOn(Option.HELP)) {
                out.print(help());
                return 0;
            }
            if (command.isEmpty()) {
                err.print(help());
                throw new ConfigException(line.words().isEmpty()
                        ? "say what to do, for example: caravan models list"
                        : "unknown word '" + line.words().getFirst() + "' after models");
            }
            Settings settings = SettingsReader.read(values);
            return command.get().run(line, new ModelsContext(
                    new ModelStore(settings.folders().models()),
                    Translated.downloads(settings, Translated.tokens(settings)),
                    InstantSource.system(),
                    out,
                    err,
                    live));
        } catch (ConfigException e) {
            err.println("caravan: " + e.getMessage());
            return 2;
        } catch (DownloadException e) {
            err.println("caravan: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            err.println("caravan: stopped; what has arrived is kept, the same command goes on with it");
            return 130;
        }
    }

    static String help() {
        StringBuilder text = new StringBuilder("Model files of pipelines.\n\nUsage:\n");
        for (ModelsSubcommand command : SUBCOMMANDS) {
            text.append(String.format(Locale.ROOT, "  caravan models %-28s %s%n", command.name() + " " + command.arguments(), command.help()));
        }
        return text.append("\nOptions:\n").append(Help.text(OPTIONS)).toString();
    }

    /** Lets the command close its files and say its last line when a person presses Ctrl+C. */
    private static void stop(Thread main, AtomicBoolean finished) {
        if (!finished.compareAndSet(false, true)) {
            return;
        }
        main.interrupt();
        try {
            main.join(Duration.ofSeconds(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
