package dev.caravan.models;

import dev.caravan.config.CommandLine;
import dev.caravan.config.ConfigException;
import dev.caravan.inference.model.DownloadException;
import dev.caravan.inference.model.ModelRemoval;
import java.util.List;
import java.util.Set;

/** {@code models remove ID...}: deletes files, without those that other pipelines need. */
public final class RemoveModels implements ModelsSubcommand {

    private static final String ALL = "--all";

    @Override
    public String name() {
        return "remove";
    }

    @Override
    public String arguments() {
        return "ID... [--all]";
    }

    @Override
    public String help() {
        return "delete files no other pipeline needs; --all deletes shared ones too";
    }

    @Override
    public Set<String> switches() {
        return Set.of(ALL);
    }

    @Override
    public int run(CommandLine line, ModelsContext context) throws ConfigException, DownloadException {
        List<String> ids = ModelsContext.somePipelines(line, this);
        ModelRemoval.Removed removed = new ModelRemoval(context.store()).remove(ids, line.switches().contains(ALL));
        removed.files().forEach(file -> context.out().println("removed  " + file));
        removed.kept().forEach(file -> context.out().println("kept     " + file + " (other pipelines need it; --all removes it too)"));
        context.out().println(String.join(", ", ids) + ": " + Words.bytes(removed.bytes()) + " freed");
        return 0;
    }
}
