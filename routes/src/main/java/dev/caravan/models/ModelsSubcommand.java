package dev.caravan.models;

import dev.caravan.config.CommandLine;
import dev.caravan.config.ConfigException;
import dev.caravan.inference.model.DownloadException;
import java.util.Set;

/** One word of {@code caravan models}. */
public interface ModelsSubcommand {

    /** The word. */
    String name();

    /** What may follow the word, as help shows it: {@code ID...}. */
    String arguments();

    /** One line for the help text. */
    String help();

    /** Flags of its own besides the table's, such as {@code --all}. */
    default Set<String> switches() {
        return Set.of();
    }

    /**
     * Does it.
     *
     * @param line what was given, without the word itself
     * @return exit code: 0 done, 1 not
     * @throws ConfigException      when it was called in a wrong way; becomes exit code 2
     * @throws DownloadException    when it cannot be done; its line is shown and the exit code is 1
     * @throws InterruptedException when a person stopped it; becomes exit code 130
     */
    int run(CommandLine line, ModelsContext context) throws ConfigException, DownloadException, InterruptedException;
}
