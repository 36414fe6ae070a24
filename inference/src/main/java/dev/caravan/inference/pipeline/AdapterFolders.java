package dev.caravan.inference.pipeline;

import dev.caravan.inference.checkpoint.Names;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where adapter files (LoRA) that a load may name lie. Links inside a folder are followed, as when its files are listed: whoever owns it
 * put them there.
 *
 * @param own    the hub's folder; need not exist
 * @param shared a read-only folder of samples
 */
public record AdapterFolders(Path own, Optional<Path> shared) {

    public AdapterFolders {
        own = own.toAbsolutePath().normalize();
        shared = shared.map(folder -> folder.toAbsolutePath().normalize());
    }

    /** The folder {@code lora} of the models folder, where none is named. */
    public static AdapterFolders below(Path modelsFolder) {
        return new AdapterFolders(modelsFolder.resolve("lora"), Optional.empty());
    }

    /**
     * The file a client means.
     *
     * @param name as {@code GET /api/v1/loras} lists it, absolute; or relative to a folder
     * @return absolute, as it is listed
     * @throws PipelineException in one line without a folder, when it is not there or lies elsewhere
     */
    public Path find(String name) throws PipelineException {
        List<Path> places;
        try {
            Path given = Path.of(name);
            places = roots().map(root -> root.resolve(given).normalize()).filter(this::inside).toList();
        } catch (InvalidPathException e) {
            throw missing(name, e);
        }
        return places.stream().filter(Files::isRegularFile).findFirst().orElseThrow(() -> missing(name, null));
    }

    /** What clients may call a file that was found. */
    public List<String> names(Path found) {
        return Stream.concat(Stream.of(found), roots().filter(found::startsWith).map(root -> root.relativize(found)))
                .map(Path::toString)
                .toList();
    }

    private Stream<Path> roots() {
        return Stream.concat(Stream.of(own), shared.stream());
    }

    private boolean inside(Path path) {
        return roots().anyMatch(root -> path.startsWith(root) && !path.equals(root));
    }

    private static PipelineException missing(String name, @Nullable Exception cause) {
        String file = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        return new PipelineException("the adapter " + Names.shown(file.isEmpty() ? name : file)
                + " is not in the LoRA folder; GET /api/v1/loras lists those that are", true, cause);
    }
}
