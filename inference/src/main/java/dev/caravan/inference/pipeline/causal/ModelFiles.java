package dev.caravan.inference.pipeline.causal;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.inference.checkpoint.CheckpointException;
import dev.caravan.inference.model.ModelStore;
import dev.caravan.inference.wan.vae.VaeType;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the files of a causal model lie below the models folder (contract §4.5, spec models/checkpoints.md §1).
 *
 * @param models the models folder
 */
record ModelFiles(CausalFamily family, Path models) {

    private static final String WAN_VAE_FOLDER = "Wan2.1-T2V-1.3B";
    private static final String TOKENIZER = "Wan2.1-T2V-1.3B/google/umt5-xxl";
    private static final String TEXT_ENCODER = "WanVideo_comfy/umt5-xxl-enc-fp8_e4m3fn.safetensors";
    /** Nobody's configuration is larger. */
    private static final long LARGEST_CONFIG = 1 << 20;

    Path generator() {
        return models.resolve(family.generator());
    }

    Optional<Path> builtInLora() {
        return family.builtInLora().map(models::resolve);
    }

    Path vaceModule() {
        return models.resolve(family.vaceModule());
    }

    boolean hasVaceModule() {
        return Files.isRegularFile(vaceModule());
    }

    Path config() {
        return models.resolve(family.base()).resolve("config.json");
    }

    Path vae(VaeType type) {
        return models.resolve(vaePath(type));
    }

    Path textEncoder() {
        return models.resolve(TEXT_ENCODER);
    }

    Path tokenizer() {
        return models.resolve(TOKENIZER);
    }

    /** Where merged and converted weights are kept. */
    Path derived() {
        return models.resolve(ModelStore.DERIVED);
    }

    /** @throws CheckpointException in one line without the folder, when it is no text or too large to be one */
    String configText() throws CheckpointException {
        String name = family.base() + "/config.json";
        try {
            if (Files.size(config()) > LARGEST_CONFIG) {
                throw new CheckpointException(name + " is larger than a configuration can be: download it again");
            }
            return Files.readString(config(), StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new CheckpointException(name + " is not UTF-8 text: download it again", e);
        } catch (IOException e) {
            throw new CheckpointException(name + " cannot be read: check its permissions and the disk", e);
        }
    }

    /** Whether the set says of itself that its weights are random. */
    boolean randomWeights() {
        try {
            return new ObjectMapper().readTree(configText()).path("random_weights").asBoolean();
        } catch (CheckpointException | IOException e) {
            // Whoever reads it for its sizes says what is wrong.
            return false;
        }
    }

    /**
     * What is needed for a load with this VAE and is not there, relative to the models folder.
     *
     * @param vace whether VACE is needed
     */
    List<String> missing(VaeType vae, boolean vace) {
        List<String> missing = new ArrayList<>();
        List<String> needed = new ArrayList<>(List.of(
                family.base() + "/config.json", vaePath(vae), TEXT_ENCODER, family.generator()));
        family.builtInLora().ifPresent(needed::add);
        if (vace) {
            needed.add(family.vaceModule());
        }
        for (String file : needed) {
            if (!Files.isRegularFile(models.resolve(file))) {
                missing.add(file);
            }
        }
        if (!Files.isDirectory(tokenizer())) {
            missing.add(TOKENIZER + "/");
        }
        return missing;
    }

    private static String vaePath(VaeType type) {
        return (type == VaeType.WAN ? WAN_VAE_FOLDER : "Autoencoders") + "/" + type.file();
    }
}
