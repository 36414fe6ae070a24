package dev.caravan.inference.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads Hugging Face's {@code tokenizer.json} as far as unigram tokenizers use it. What is not known is refused by name; what only says how
 * to decode, pad or truncate is not read.
 */
final class TokenizerJson {

    /** A piece takes four JSON tokens; UMT5-XXL's file has about a million of them. */
    private static final StreamReadConstraints LIMITS = StreamReadConstraints.builder()
            .maxNestingDepth(32)
            .maxStringLength(4 << 20)
            .maxTokenCount(4L * Pieces.MAX_PIECES + 100_000)
            .build();

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder().streamReadConstraints(LIMITS).build());
    private static final int MAX_ADDED_TOKENS = 10_000;
    private static final int NONE = -1;

    private TokenizerJson() {}

    static Tokenizer read(byte[] json) throws TokenizerException {
        JsonNode root = parse(json);
        JsonNode model = root.path("model");
        if (!model.path("vocab").isArray() || !"Unigram".equals(model.path("type").asText("Unigram"))) {
            throw new TokenizerException("tokenizer.json holds a " + quoted(model.path("type")) + " tokenizer; only Unigram is known");
        }
        Pieces pieces = pieces(model.path("vocab"));
        Normalizer normalizer = Normalizer.read(root.path("normalizer"));
        List<AddedTokens.Token> verbatim = new ArrayList<>();
        List<AddedTokens.Token> normalized = new ArrayList<>();
        addedTokens(root.path("added_tokens"), pieces, normalizer, verbatim, normalized);
        List<Integer> prefix = new ArrayList<>();
        List<Integer> suffix = new ArrayList<>();
        template(root.path("post_processor"), prefix, suffix);
        return new UnigramTokenizer(new AddedTokens(verbatim), normalizer, new AddedTokens(normalized),
                PreTokenizer.read(root.path("pre_tokenizer")),
                new UnigramModel(pieces, unknown(model.path("unk_id"), pieces), model.path("byte_fallback").asBoolean()),
                List.copyOf(prefix), List.copyOf(suffix));
    }

    private static JsonNode parse(byte[] json) throws TokenizerException {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            // The parser's own words speak of its sources.
            JsonLocation at = e.getLocation();
            String where = at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
            throw new TokenizerException("tokenizer.json is damaged, download it again: it is no JSON" + where, e);
        } catch (IOException e) {
            throw new TokenizerException("tokenizer.json cannot be read", e);
        }
    }

    private static Pieces pieces(JsonNode vocab) throws TokenizerException {
        if (vocab.isEmpty() || vocab.size() > Pieces.MAX_PIECES) {
            throw new TokenizerException("tokenizer.json has " + vocab.size() + " pieces; 1 to " + Pieces.MAX_PIECES + " are read");
        }
        List<String> pieces = new ArrayList<>(vocab.size());
        double[] scores = new double[vocab.size()];
        for (JsonNode entry : vocab) {
            if (entry.size() != 2 || !entry.path(0).isTextual() || !entry.path(1).isNumber()) {
                throw new TokenizerException("tokenizer.json: entry " + pieces.size() + " of the vocabulary is not a piece and its score");
            }
            scores[pieces.size()] = entry.path(1).asDouble();
            pieces.add(entry.path(0).asText());
        }
        return Pieces.of(pieces, scores);
    }

    private static int unknown(JsonNode json, Pieces pieces) throws TokenizerException {
        return json.isNumber() ? id(json, pieces.size() - 1, "unk_id") : NONE;
    }

    private static void addedTokens(JsonNode json, Pieces pieces, Normalizer normalizer, List<AddedTokens.Token> verbatim,
            List<AddedTokens.Token> normalized) throws TokenizerException {
        if (json.size() > MAX_ADDED_TOKENS) {
            throw new TokenizerException("tokenizer.json has " + json.size() + " added tokens; at most " + MAX_ADDED_TOKENS + " are read");
        }
        for (JsonNode token : json) {
            String content = token.path("content").asText();
            if (content.length() > Pieces.MAX_PIECE_LENGTH) {
                throw new TokenizerException("tokenizer.json: an added token has " + content.length() + " characters; at most "
                        + Pieces.MAX_PIECE_LENGTH + " are read");
            }
            // The vocabulary has the last word about what it holds, as in the reference.
            int known = pieces.id(content);
            int id = known >= 0 ? known : id(token.path("id"), Integer.MAX_VALUE, "an added token's id");
            boolean special = token.path("special").asBoolean();
            boolean isNormalized = token.path("normalized").asBoolean(!special);
            (isNormalized ? normalized : verbatim).add(new AddedTokens.Token(isNormalized ? normalizer.apply(content) : content, id,
                    token.path("single_word").asBoolean(), token.path("lstrip").asBoolean(), token.path("rstrip").asBoolean()));
        }
    }

    /** The ids before and behind a single text. */
    private static void template(JsonNode json, List<Integer> prefix, List<Integer> suffix) throws TokenizerException {
        if (json.isNull() || json.isMissingNode()) {
            return;
        }
        if (!"TemplateProcessing".equals(json.path("type").asText())) {
            throw new TokenizerException("the tokenizer's post-processor " + quoted(json.path("type")) + " is not known");
        }
        List<Integer> side = prefix;
        for (JsonNode step : json.path("single")) {
            if (step.has("Sequence")) {
                side = suffix;
                continue;
            }
            String name = step.path("SpecialToken").path("id").asText();
            JsonNode ids = json.path("special_tokens").path(name).path("ids");
            if (ids.isEmpty() || ids.size() > MAX_ADDED_TOKENS) {
                throw new TokenizerException("the tokenizer's template names " + quoted(step.path("SpecialToken").path("id"))
                        + " without its ids");
            }
            for (JsonNode id : ids) {
                side.add(id(id, Integer.MAX_VALUE, "a template's id"));
            }
        }
    }

    private static int id(JsonNode json, int highest, String what) throws TokenizerException {
        if (!json.isIntegralNumber() || !json.canConvertToInt() || json.asInt() < 0 || json.asInt() > highest) {
            throw new TokenizerException("tokenizer.json: " + what + " is " + quoted(json) + "; 0 to " + highest + " expected");
        }
        return json.asInt();
    }

    /** A value of a file for a message: short, on one line. */
    static String quoted(JsonNode json) {
        String text = json.isMissingNode() ? "nothing" : json.isValueNode() ? json.asText() : json.getNodeType().toString();
        String shown = text.length() > 40 ? text.substring(0, 40) + "..." : text;
        return "'" + shown.replaceAll("\\p{Cntrl}", " ") + "'";
    }
}
