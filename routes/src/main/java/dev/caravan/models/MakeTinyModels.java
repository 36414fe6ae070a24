package dev.caravan.models;

import dev.caravan.config.CommandLine;
import dev.caravan.config.ConfigException;
import dev.caravan.inference.tiny.TinyModels;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** {@code models make-tiny DIR}: writes small model files with random weights into a models folder. */
public final class MakeTinyModels implements ModelsSubcommand {

    private static final String SEED = "--seed";

    @Override
    public String name() {
        return "make-tiny";
    }

    @Override
    public String arguments() {
        return "DIR [--seed N]";
    }

    @Override
    public String help() {
        return "write small files with random weights, to try the models anywhere; their pictures are noise";
    }

    @Override
    public Set<String> switches() {
        return Set.of(SEED + "=");
    }

    @Override
    public int run(CommandLine line, ModelsContext context) throws ConfigException {
        long seed = seed(line);
        Path folder = folder(line);
        try {
            List<TinyModels.Written> files = TinyModels.write(folder, seed);
            files.forEach(file -> context.out().println(
                    (file.isNew() ? "wrote  " : "kept   ") + file.path() + "  " + Words.bytes(file.bytes())));
            context.out().println(files.size() + " files, " + Words.bytes(files.stream().mapToLong(TinyModels.Written::bytes).sum())
                    + ", seed " + seed + ": " + TinyModels.LABEL);
            context.out().println("to use them: caravan --models-dir " + folder + " --pipeline longlive");
            return 0;
        } catch (FileSystemException e) {
            // Its message is a path alone.
            context.err().println("caravan: cannot write into " + folder + ": "
                    + (e.getReason() == null ? "it is no folder, or you may not write there" : e.getReason()));
        } catch (IOException e) {
            context.err().println("caravan: " + folder + ": " + e.getMessage());
        }
        return 1;
    }

    private static Path folder(CommandLine line) throws ConfigException {
        if (line.words().size() != 1) {
            throw new ConfigException("name one folder: caravan models make-tiny DIR");
        }
        try {
            return Path.of(line.words().getFirst());
        } catch (InvalidPathException e) {
            throw new ConfigException("'" + line.words().getFirst() + "' is no folder's name");
        }
    }

    private static long seed(CommandLine line) throws ConfigException {
        String text = line.value(SEED).orElse(String.valueOf(TinyModels.DEFAULT_SEED));
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new ConfigException(SEED + " takes a whole number, for example " + SEED + " 7; '" + text + "' given");
        }
    }
}
