package dev.caravan.models;

import dev.caravan.config.CommandLine;
import dev.caravan.config.ConfigException;
import dev.caravan.inference.model.Artifacts;
import dev.caravan.inference.model.DownloadSettings;
import dev.caravan.inference.model.ModelStore;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.List;

/**
 * What a sub-command works with.
 *
 * @param downloads where files come from
 * @param clock     tells rate and duration
 * @param out       results
 * @param err       progress and errors
 * @param live      whether {@code err} is a terminal, where a line can be written over
 */
public record ModelsContext(
        ModelStore store, DownloadSettings downloads, InstantSource clock, PrintStream out, PrintStream err, boolean live) {

    /**
     * The pipelines that were named.
     *
     * @throws ConfigException when one needs no files or is not known
     */
    static List<String> pipelines(CommandLine line) throws ConfigException {
        for (String id : line.words()) {
            if (!Artifacts.pipelines().contains(id)) {
                throw new ConfigException("'" + id + "' is no pipeline that needs files; these are: "
                        + String.join(", ", Artifacts.pipelines()));
            }
        }
        return line.words().stream().distinct().toList();
    }

    /** @throws ConfigException also when none was named */
    static List<String> somePipelines(CommandLine line, ModelsSubcommand command) throws ConfigException {
        if (line.words().isEmpty()) {
            throw new ConfigException("name a pipeline: caravan models " + command.name() + " " + Artifacts.pipelines().getFirst()
                    + "; 'caravan models list' shows them all");
        }
        return pipelines(line);
    }
}
