package dev.caravan.inference.wan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.caravan.inference.checkpoint.CheckpointException;

/**
 * Sizes of a causal Wan transformer (spec causal-wan.md §1).
 *
 * @param dim     width of a token, D
 * @param ffnDim  width inside the feed-forward part
 * @param heads   attention heads, of {@link #headDim} channels each
 * @param layers  blocks
 * @param freqDim width of the timestep's sinusoid, even
 * @param textDim width of a row of the prompt's embedding
 * @param textLen rows of the prompt's embedding, padding included
 * @param eps     of all norms
 */
public record TransformerConfig(int dim, int ffnDim, int heads, int layers, int freqDim, int textDim, int textLen, float eps) {

    /** Channels of a latent, in and out. */
    public static final int CHANNELS = 16;

    /** Numbers of a token before it is embedded and after the head: 2 by 2 latent pixels of 16 channels. */
    public static final int PATCH = 4 * CHANNELS;

    public static final TransformerConfig WAN_1_3B = new TransformerConfig(1536, 8960, 12, 30, 256, 4096, 512, 1e-6f);
    public static final TransformerConfig WAN_14B = new TransformerConfig(5120, 13824, 40, 40, 256, 4096, 512, 1e-6f);

    /** Wider than any that was trained; products of two still fit an int. */
    private static final int WIDEST = 1 << 15;
    private static final int MOST_LAYERS = 1000;
    private static final int MOST_ROWS = 1 << 14;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @throws IllegalArgumentException for sizes that make no network */
    public TransformerConfig {
        if (dim < 1 || ffnDim < 1 || heads < 1 || layers < 1 || freqDim < 2 || textDim < 1 || textLen < 1 || !(eps > 0)) {
            throw new IllegalArgumentException("all sizes of a transformer are above zero");
        }
        if (Math.max(Math.max(dim, ffnDim), Math.max(freqDim, textDim)) > WIDEST || layers > MOST_LAYERS || textLen > MOST_ROWS) {
            throw new IllegalArgumentException("a transformer has widths up to " + WIDEST + ", up to " + MOST_LAYERS
                    + " layers and prompts of up to " + MOST_ROWS + " rows");
        }
        if (dim % heads != 0 || dim / heads % 2 != 0) {
            throw new IllegalArgumentException("dim " + dim + " does not make " + heads + " heads of an even number of channels");
        }
        if (freqDim % 2 != 0) {
            throw new IllegalArgumentException("freq_dim " + freqDim + " is not even");
        }
    }

    /** Channels of one head, d. */
    public int headDim() {
        return dim / heads;
    }

    /**
     * Reads a model's {@code config.json} (spec checkpoints.md §1). What it does not say is as in the published models.
     *
     * @param text its content
     * @throws CheckpointException when it is not JSON, lacks a size, or describes another kind of network
     */
    public static TransformerConfig parse(String text) throws CheckpointException {
        try {
            return of(JSON.readTree(text));
        } catch (JsonProcessingException e) {
            throw new CheckpointException("the model's config.json is not JSON" + where(e), e);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException("the model's config.json cannot be used: " + e.getMessage(), e);
        }
    }

    private static TransformerConfig of(JsonNode json) {
        for (String key : new String[] {"in_dim", "out_dim"}) {
            if (json.path(key).asInt(CHANNELS) != CHANNELS) {
                throw new IllegalArgumentException(key + " is " + json.path(key) + ", only " + CHANNELS + " is known");
            }
        }
        if (!json.path("model_type").asText("t2v").equals("t2v")) {
            throw new IllegalArgumentException("model_type is " + json.path("model_type") + ", only \"t2v\" is known");
        }
        return new TransformerConfig(size(json, "dim"), size(json, "ffn_dim"), size(json, "num_heads"), size(json, "num_layers"),
                size(json, "freq_dim"), json.has("text_dim") ? size(json, "text_dim") : 4096,
                json.has("text_len") ? size(json, "text_len") : 512, (float) json.path("eps").asDouble(1e-6));
    }

    /** The parser's own words speak of its sources. */
    private static String where(JsonProcessingException e) {
        return e.getLocation() == null ? "" : " (line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr() + ")";
    }

    private static int size(JsonNode json, String key) {
        JsonNode value = json.path(key);
        if (!value.isInt()) {
            throw new IllegalArgumentException("it says no whole number for " + key);
        }
        return value.intValue();
    }
}
