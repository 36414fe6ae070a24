package dev.caravan.inference.pipeline.causal;

import dev.caravan.inference.diffusion.VaceGuides;
import dev.caravan.inference.frame.Picture.Rgb24;
import dev.caravan.inference.pipeline.Parameters;
import dev.caravan.inference.pipeline.PictureFiles;
import dev.caravan.inference.pipeline.PipelineException;
import dev.caravan.inference.pipeline.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads what guides a session's chunks from its parameters (contract §2.6, §4.6) and opens the pictures they name. A picture that cannot
 * be opened is left out and told of; the chunk is made all the same. Owned by one stream.
 */
final class VaceReader {

    private static final String ENABLED = "vace_enabled";
    private static final String REFERENCES = "vace_ref_images";
    private static final String FIRST = "first_frame_image";
    private static final String LAST = "last_frame_image";

    private final String pipelineId;
    private final VaceSettings settings;
    private final PictureFiles files;
    private final int chunkFrames;
    private final List<Refusal> refused = new ArrayList<>();
    private boolean begun;
    private boolean told;

    /** @param chunkFrames input pictures of a chunk */
    VaceReader(String pipelineId, VaceSettings settings, PictureFiles files, int chunkFrames) {
        this.pipelineId = pipelineId;
        this.settings = settings;
        this.files = files;
        this.chunkFrames = chunkFrames;
    }

    /**
     * What guides the next chunk.
     *
     * @param video whether it has input pictures
     */
    VaceRequest read(Parameters parameters, boolean video) {
        boolean first = !begun;
        begun = true;
        if (!settings.loaded()) {
            tellOnce(parameters);
            return VaceRequest.NONE;
        }
        boolean guides = parameters.bool(ENABLED, false) && parameters.bool("vace_use_input_video", true);
        Optional<Rgb24> begin = open(parameters, FIRST);
        Optional<Rgb24> end = open(parameters, LAST);
        if (begin.isPresent() && end.isPresent() && !VaceGuides.roomForBoth(chunkFrames)) {
            refused.add(new Refusal(LAST, "a chunk of " + pipelineId + " has no room for a last picture beside a first one"));
            end = Optional.empty();
        }
        // Beside frames one counts; alone as many as a chunk has frames, what comes after them would fall off its end.
        boolean alone = begin.isEmpty() && end.isEmpty() && !(guides && video);
        List<Rgb24> references = open(references(parameters, first), alone ? chunkFrames : 1);
        double scale = Math.clamp(parameters.number("vace_context_scale", settings.scale()), 0, 2);
        return new VaceRequest(guides, references, begin, end, scale);
    }

    /** Parameters that had no effect since this was asked last. */
    List<Refusal> refused() {
        List<Refusal> out = List.copyOf(refused);
        refused.clear();
        return out;
    }

    /** Whoever asks for what was not loaded gets a chunk as if it had not been asked for. */
    private void tellOnce(Parameters parameters) {
        List<String> asked = new ArrayList<>();
        if (parameters.bool(ENABLED, false)) {
            asked.add(ENABLED);
        }
        if (!references(parameters, false).isEmpty()) {
            asked.add(REFERENCES);
        }
        for (String key : List.of(FIRST, LAST)) {
            if (parameters.get(key).isPresent()) {
                asked.add(key);
            }
        }
        if (!told && !asked.isEmpty()) {
            told = true;
            refused.add(new Refusal(asked.getFirst(), pipelineId + " was loaded without VACE: nothing but prompts and input video counts;"
                    + " load it with vace_enabled true to use " + String.join(", ", asked)));
        }
    }

    private List<String> references(Parameters parameters, boolean first) {
        if (parameters.get(REFERENCES).orElse(null) instanceof List<?> paths) {
            return paths.stream().filter(String.class::isInstance).map(String.class::cast).toList();
        }
        return first ? settings.references() : List.of();
    }

    private List<Rgb24> open(List<String> paths, int most) {
        List<Rgb24> pictures = new ArrayList<>();
        for (String path : paths) {
            if (pictures.size() < most) {
                open(REFERENCES, path).ifPresent(pictures::add);
            }
        }
        return pictures;
    }

    private Optional<Rgb24> open(Parameters parameters, String key) {
        String path = parameters.string(key, "");
        return path.isEmpty() ? Optional.empty() : open(key, path);
    }

    private Optional<Rgb24> open(String key, String path) {
        try {
            return Optional.of(files.open(path));
        } catch (PipelineException e) {
            refused.add(new Refusal(key, String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }
}
