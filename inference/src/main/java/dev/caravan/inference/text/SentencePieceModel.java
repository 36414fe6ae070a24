package dev.caravan.inference.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads a SentencePiece model ({@code spiece.model}, sentencepiece_model.proto) into what Hugging Face's conversion for T5 makes of it, so
 * that both files of a model give the same ids: no byte fallback even where the model has byte pieces, control and user-defined pieces
 * found verbatim, {@code </s>} at the end. The sentinels that the conversion puts behind the vocabulary are not known to this file.
 */
final class SentencePieceModel {

    private static final char MARK = '\u2581';
    private static final String END = "</s>";
    private static final int UNIGRAM = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;

    private final List<String> pieces = new ArrayList<>();
    private double[] scores = new double[1024];
    private final List<AddedTokens.Token> verbatim = new ArrayList<>();
    private int unknown = -1;
    private long modelType = UNIGRAM;
    private boolean markIsSuffix;
    private byte[] charsmap = new byte[0];
    private boolean addDummyPrefix = true;
    private boolean removeExtraWhitespaces = true;
    private boolean escapeWhitespaces = true;

    private SentencePieceModel() {}

    static Tokenizer read(byte[] bytes) throws TokenizerException {
        SentencePieceModel model = new SentencePieceModel();
        ProtobufReader reader = ProtobufReader.of(bytes);
        for (int field = reader.next(); field != 0; field = reader.next()) {
            switch (field) {
                case 1 -> model.piece(reader.message());
                case 2 -> model.trainerSpec(reader.message());
                case 3 -> model.normalizerSpec(reader.message());
                default -> reader.skip();
            }
        }
        return model.tokenizer();
    }

    private void piece(ProtobufReader message) throws TokenizerException {
        String piece = "";
        float score = 0;
        long type = 1;
        for (int field = message.next(); field != 0; field = message.next()) {
            switch (field) {
                case 1 -> piece = message.text();
                case 2 -> score = message.real();
                case 3 -> type = message.integer();
                default -> message.skip();
            }
        }
        int id = pieces.size();
        if (id == Pieces.MAX_PIECES) {
            throw new TokenizerException("spiece.model has more than " + Pieces.MAX_PIECES + " pieces");
        }
        if (id == scores.length) {
            scores = Arrays.copyOf(scores, 2 * id);
        }
        scores[id] = score;
        pieces.add(piece);
        if (type == UNKNOWN) {
            unknown = id;
        }
        if (type == UNKNOWN || type == CONTROL || type == USER_DEFINED) {
            verbatim.add(new AddedTokens.Token(piece, id, false, false, false));
        }
    }

    private void trainerSpec(ProtobufReader message) throws TokenizerException {
        for (int field = message.next(); field != 0; field = message.next()) {
            switch (field) {
                case 3 -> modelType = message.integer();
                case 24 -> markIsSuffix = message.integer() != 0;
                default -> message.skip();
            }
        }
    }

    private void normalizerSpec(ProtobufReader message) throws TokenizerException {
        for (int field = message.next(); field != 0; field = message.next()) {
            switch (field) {
                case 2 -> charsmap = message.bytes();
                case 3 -> addDummyPrefix = message.integer() != 0;
                case 4 -> removeExtraWhitespaces = message.integer() != 0;
                case 5 -> escapeWhitespaces = message.integer() != 0;
                default -> message.skip();
            }
        }
    }

    private Tokenizer tokenizer() throws TokenizerException {
        if (pieces.isEmpty()) {
            throw new TokenizerException("spiece.model holds no pieces");
        }
        if (modelType != UNIGRAM) {
            throw new TokenizerException("spiece.model holds a model of type " + modelType + "; only unigram (1) is known");
        }
        if (markIsSuffix || !escapeWhitespaces) {
            throw new TokenizerException("spiece.model treats spaces in a way that is not known: convert it to tokenizer.json");
        }
        Pieces vocabulary = Pieces.of(pieces, Arrays.copyOf(scores, pieces.size()));
        int end = vocabulary.id(END);
        if (end < 0) {
            throw new TokenizerException("spiece.model has no piece " + END);
        }
        PreTokenizer words = new Metaspace(MARK, addDummyPrefix ? Metaspace.Prepend.ALWAYS : Metaspace.Prepend.NEVER, true);
        AddedTokens none = new AddedTokens(List.of());
        return new UnigramTokenizer(new AddedTokens(verbatim), normalizer(), none, words,
                new UnigramModel(vocabulary, unknown, false), List.of(), List.of(end));
    }

    private Normalizer normalizer() throws TokenizerException {
        Normalizer rules = Charsmap.read(charsmap);
        if (!removeExtraWhitespaces) {
            return rules;
        }
        return Normalizer.sequence(List.of(rules, Normalizer.strip(false, true),
                Normalizer.replaceAll(Pattern.compile(" {2,}"), String.valueOf(MARK))));
    }
}
