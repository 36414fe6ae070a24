package dev.caravan.models;

import dev.caravan.config.CommandLine;
import dev.caravan.config.ConfigException;
import dev.caravan.inference.model.Artifacts;
import dev.caravan.inference.model.DownloadException;
import dev.caravan.inference.model.ModelFetcher;
import dev.caravan.inference.model.ModelStore;
import dev.caravan.inference.pipeline.builtin.BuiltInPipelines;
import java.io.File;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code models list [ID...]}: which pipelines have their files; with ids, also which files. */
public final class ListModels implements ModelsSubcommand {

    private static final String ONLINE = "--online";
    private static final String ROW = "%-22s %-26s %10s %10s";

    @Override
    public String name() {
        return "list";
    }

    @Override
    public String arguments() {
        return "[ID...] [--online]";
    }

    @Override
    public String help() {
        return "show which files are there; --online asks for the sizes of the others";
    }

    @Override
    public Set<String> switches() {
        return Set.of(ONLINE);
    }

    @Override
    public int run(CommandLine line, ModelsContext context) throws ConfigException, DownloadException, InterruptedException {
        List<String> named = ModelsContext.pipelines(line);
        context.out().println(row("PIPELINE", "FILES", "ON DISK", "NEEDED"));
        List<String> shown = named.isEmpty() ? Artifacts.pipelines() : named;
        try (ModelFetcher fetcher = new ModelFetcher(context.store(), context.downloads(), context.clock())) {
            for (String id : shown) {
                show(id, !named.isEmpty(), line.switches().contains(ONLINE) ? fetcher : null, context);
            }
        }
        File disk = context.store().modelsFolder().toFile();
        while (!disk.exists() && disk.getParentFile() != null) {
            disk = disk.getParentFile();
        }
        context.out().println();
        shown.stream().filter(id -> !BuiltInPipelines.built(id)).forEach(id -> context.out().println(
                id + ": its network is not in this build, nothing uses its files"));
        context.out().println("models folder " + context.store().modelsFolder() + ", " + Words.bytes(disk.getUsableSpace()) + " free");
        return 0;
    }

    private static void show(String id, boolean withFiles, @Nullable ModelFetcher online, ModelsContext context)
            throws DownloadException, InterruptedException {
        List<ModelStore.StoredFile> files = context.store().files(id);
        long missing = files.stream().filter(file -> !file.present()).count();
        long bytes = files.stream().mapToLong(ModelStore.StoredFile::bytes).sum();
        String needed = online != null ? Words.bytes(online.size(List.of(id))) : missing == 0 ? Words.bytes(bytes) : "?";
        String state = missing > 0 ? "missing " + missing + " of " + files.size()
                : context.store().randomWeights(id) ? "present, random weights" : "present";
        context.out().println(row(id, state, Words.bytes(bytes), needed));
        if (withFiles) {
            files.forEach(file -> context.out().println("  " + (file.present() ? "present  " : "missing  ") + file.path()
                    + (file.bytes() > 0 ? "  " + Words.bytes(file.bytes()) : "")));
        }
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, ROW, cells);
    }
}
