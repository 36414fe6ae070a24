package dev.caravan.models;

import dev.caravan.config.CommandLine;
import dev.caravan.config.ConfigException;
import dev.caravan.inference.model.Artifacts;
import dev.caravan.inference.model.ModelFetcher;
import dev.caravan.inference.model.ModelVerifier;
import dev.caravan.inference.model.ModelVerifier.Finding;
import dev.caravan.inference.model.ModelVerifier.State;
import java.util.ArrayList;
import java.util.List;

/** {@code models verify [ID...]}: reads the files again; without ids, those of every pipeline that is complete. */
public final class VerifyModels implements ModelsSubcommand {

    @Override
    public String name() {
        return "verify";
    }

    @Override
    public String arguments() {
        return "[ID...]";
    }

    @Override
    public String help() {
        return "read the files again and compare their digests";
    }

    @Override
    public int run(CommandLine line, ModelsContext context) throws ConfigException, InterruptedException {
        List<String> named = ModelsContext.pipelines(line);
        List<String> ids = named.isEmpty() ? Artifacts.pipelines().stream().filter(context.store()::downloaded).toList() : named;
        if (ids.isEmpty()) {
            context.out().println("no pipeline has all its files; name one to check what is there of it");
            return 0;
        }
        List<Finding> findings = new ArrayList<>();
        // One try more is enough: what the hub does not tell is said to be unknown.
        try (ModelFetcher fetcher = new ModelFetcher(context.store(), context.downloads().withRetries(1), context.clock())) {
            new ModelVerifier(context.store(), fetcher).verify(ids, finding -> {
                findings.add(finding);
                context.out().println(row(finding));
            });
        }
        long damaged = count(findings, State.DAMAGED);
        long missing = count(findings, State.MISSING);
        long unknown = count(findings, State.UNKNOWN);
        context.out().println(findings.size() + " files: " + count(findings, State.OK) + " ok, " + damaged + " damaged, " + missing
                + " missing, " + unknown + " not known");
        if (damaged > 0) {
            context.err().println("caravan: delete the damaged files in " + context.store().modelsFolder()
                    + " and run: caravan models download " + String.join(" ", ids));
        } else if (missing > 0) {
            context.err().println("caravan: run: caravan models download " + String.join(" ", ids));
        }
        return damaged + missing == 0 ? 0 : 1;
    }

    private static long count(List<Finding> findings, State state) {
        return findings.stream().filter(finding -> finding.state() == state).count();
    }

    private static String row(Finding finding) {
        return switch (finding.state()) {
            case OK -> "ok         " + finding.file();
            case DAMAGED -> "DAMAGED    " + finding.file() + " (" + finding.note() + ")";
            case MISSING -> "missing    " + finding.file() + " (" + finding.note() + ")";
            case UNKNOWN -> "not known  " + finding.file() + " (" + finding.note() + ")";
        };
    }
}
